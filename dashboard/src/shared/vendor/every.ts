import type { Language } from '~/i18n/language';

const UNITS = [
  { seconds: 86_400, en: ['day', 'days'], de: ['jeden Tag', 'Tage'] },
  { seconds: 3_600, en: ['hour', 'hours'], de: ['jede Stunde', 'Stunden'] },
  { seconds: 60, en: ['minute', 'minutes'], de: ['jede Minute', 'Minuten'] },
] as const;
const SMALLEST = UNITS[2];

/** How often something happens, as `every 6 hours`. A unit is taken that leaves nothing over, or else little. */
export function everyOf(seconds: number, language: Language): string {
  const unit =
    UNITS.find((each) => seconds % each.seconds === 0 && seconds > 0) ??
    UNITS.find((each) => seconds >= 2 * each.seconds) ??
    SMALLEST;
  const count = Math.max(1, Math.round(seconds / unit.seconds));
  if (language === 'de') return count === 1 ? unit.de[0] : `alle ${count} ${unit.de[1]}`;
  return count === 1 ? `every ${unit.en[0]}` : `every ${count} ${unit.en[1]}`;
}
