import { type Format, formatIn } from '~/i18n/format';
import type { Language } from '~/i18n/language';
import { everyOf } from '~/shared/vendor/every';

/** The values of a diagnosis, as they are written in a sentence. */
export interface Said {
  text: (name: string) => string;
  moment: (name: string) => string;
  ago: (name: string) => string;
  /** Seconds, as `every 6 hours`. */
  every: (name: string) => string;
  /** Whether there is a value at all. */
  has: (name: string) => boolean;
  /** Whether a moment is still to come. */
  isAhead: (name: string) => boolean;
}

const UNKNOWN = '–';

export function saidIn(language: Language, values: Readonly<Record<string, unknown>>): Said {
  const format = formatIn(language);
  const at = (name: string, write: Format['moment']) => {
    const value = values[name];
    return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? write(value) : UNKNOWN;
  };
  return {
    text: (name) => textOf(values[name]),
    moment: (name) => at(name, format.moment),
    ago: (name) => at(name, (value) => format.ago(value)),
    every: (name) => {
      const value = values[name];
      return typeof value === 'number' ? everyOf(value, language) : UNKNOWN;
    },
    has: (name) => values[name] !== undefined && values[name] !== null,
    isAhead: (name) => {
      const value = values[name];
      return typeof value === 'string' && Date.parse(value) > Date.now();
    },
  };
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(', ') || UNKNOWN;
  return typeof value === 'string' || typeof value === 'number' ? String(value) || UNKNOWN : UNKNOWN;
}
