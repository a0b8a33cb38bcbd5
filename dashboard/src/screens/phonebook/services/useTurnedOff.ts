import { useCallback } from 'react';

import type { Service } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { texts as common } from '~/shared/texts';
import { tellDone } from '~/shared/toasts';
import { offerTakeBack } from '~/shared/vendor/offerTakeBack';
import { useDecision } from '~/shared/vendor/useDecision';

import { texts } from './texts';

/** Says that a service is off, and offers to turn it on again as it was. */
export function useTurnedOff(phonebookId: string, { slug, label }: Service): () => void {
  const t = useTexts(texts);
  const c = useTexts(common);
  const { mutateAsync } = useDecision(phonebookId, slug);
  return useCallback(
    () =>
      offerTakeBack(t.turnedOff(label), c.undo, async () => {
        await mutateAsync({ on: true });
        tellDone(t.turnedOn(label));
      }),
    [c, label, mutateAsync, t],
  );
}
