import type { Diagnosis } from '~/api/types';
import type { Language } from '~/i18n/language';

import { texts } from './texts';
import { saidIn } from './values';

/** What is diagnosed of a phone. */
export const PHONE_CODES = [
  'ok',
  'no_credentials',
  'cannot_send_credentials',
  'wrong_password',
  'former_password',
  'throttled',
  'service_off',
  'service_was_off',
  'service_unavailable',
  'not_found_path',
  'failed',
  'never_fetched',
  'stale',
  'old_book',
] as const;

/** What is diagnosed of the phonebook as a whole. */
export const BOOK_CODES = [
  'ok',
  'no_service',
  'service_unavailable',
  'service_setup',
  'url_loopback',
  'url_plain',
  'never_fetched',
  'empty_book',
] as const;

export interface Explanation {
  /** What is wrong, in a few words. */
  what: string;
  /** What to do; empty when only the server knows. */
  advice: string;
}

export function explainPhone({ code, values, message }: Diagnosis, language: Language): Explanation {
  const known = PHONE_CODES.find((each) => each === code);
  if (known === undefined) return { what: message, advice: '' };
  const said = saidIn(language, values);
  return { what: texts[language][known](said), advice: texts[language][`${known}Do`](said) };
}

export function explainBook({ code, values, message }: Diagnosis, language: Language): Explanation {
  const known = BOOK_CODES.find((each) => each === code);
  if (known === undefined) return { what: message, advice: '' };
  const said = saidIn(language, values);
  return { what: texts[language][`book_${known}`](said), advice: texts[language][`book_${known}Do`](said) };
}
