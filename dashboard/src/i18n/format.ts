import { useMemo } from 'react';

import { type Language, useLanguage } from './language';

export interface Format {
  number: (value: number) => string;
  bytes: (value: number) => string;
  /** A day, as `3 Nov 2026`. */
  date: (at: string | Date) => string;
  /** A moment, as `3 Nov 2026, 14:05`. */
  moment: (at: string | Date) => string;
  /** A time of day, as `14:05`. */
  time: (at: string | Date) => string;
  /** How long ago, as `5 minutes ago`. */
  ago: (at: string | Date, now?: Date) => string;
}

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

export function formatIn(language: Language): Format {
  const locale = language === 'en' ? 'en-GB' : 'de-DE';
  const number = new Intl.NumberFormat(locale);
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  return {
    number: (value) => number.format(value),
    bytes: (value) =>
      value < 1024 ? `${number.format(value)} B` : `${number.format(Math.round(value / 102.4) / 10)} KiB`,
    date: (at) => date.format(new Date(at)),
    moment: (at) => moment.format(new Date(at)),
    time: (at) => time.format(new Date(at)),
    ago: (at, now = new Date()) => {
      const seconds = (new Date(at).getTime() - now.getTime()) / 1000;
      for (const [unit, size] of UNITS) {
        if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit);
      }
      return relative.format(0, 'minute');
    },
  };
}

/** Numbers and times as the reader's language writes them. */
export function useFormat(): Format {
  const { language } = useLanguage();
  return useMemo(() => formatIn(language), [language]);
}
