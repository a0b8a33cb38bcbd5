import { useTexts } from '~/i18n/texts';

import { texts } from './texts';

/** Labels that people give numbers, in their language; any other can be typed. */
export function useUsualLabels(): string[] {
  const t = useTexts(texts);
  return [t.work, t.mobile, t.home, t.main, t.fax, t.other];
}
