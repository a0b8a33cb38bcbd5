import type { Mail } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { State, type Tone } from '~/shared/State';

import { texts } from './texts';

const TONES: Record<Mail['state'], Tone> = { queued: 'warn', sending: 'warn', sent: 'good', failed: 'bad' };

export function MailState({ state }: Pick<Mail, 'state'>) {
  const t = useTexts(texts);
  return <State tone={TONES[state]}>{t[state]}</State>;
}
