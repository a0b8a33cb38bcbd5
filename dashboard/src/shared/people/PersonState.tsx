import type { User } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { State, type Tone } from '~/shared/State';

import { mailOf } from './invitation';
import { texts } from './texts';

const TONES: Record<ReturnType<typeof mailOf>, Tone> = {
  queued: 'warn',
  sending: 'warn',
  sent: 'warn',
  failed: 'bad',
  none: 'warn',
};

/** How far somebody is; of whoever has not registered, what became of the mail too. */
export function PersonState({ person }: { person: Pick<User, 'status' | 'invitation'> }) {
  const t = useTexts(texts);
  if (person.status === 'active') return <State tone="good">{t.active}</State>;
  if (person.status === 'disabled') {
    return (
      <State tone="quiet" hollow>
        {t.disabled}
      </State>
    );
  }
  const mail = mailOf(person);
  return (
    <State tone={TONES[mail]} hollow={mail !== 'failed'}>
      {t[mail]}
    </State>
  );
}
