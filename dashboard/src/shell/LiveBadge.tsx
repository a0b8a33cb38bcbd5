import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { State } from '~/shared/State';

import { texts } from './texts';
import type { LiveState } from './useLive';

/** Whether what is on the screen is what is. */
export function LiveBadge({ state }: { state: LiveState }) {
  const t = useTexts(texts);
  const format = useFormat();
  const shown = {
    connecting: { tone: 'quiet', words: t.reconnecting, about: t.liveAbout },
    live: { tone: 'good', words: t.live, about: t.liveAbout },
    reconnecting: { tone: 'warn', words: t.reconnecting, about: t.staleAbout },
    stale: { tone: 'bad', words: state.kind === 'stale' ? t.staleSince(format.time(state.since)) : '', about: t.staleAbout },
  } as const;
  const { tone, words, about } = shown[state.kind];
  return (
    <div role="status" title={about} hidden={state.kind === 'connecting'}>
      <State tone={tone} hollow={state.kind !== 'live'} isShort>
        {words}
      </State>
    </div>
  );
}
