import { folded } from '~/shared/matching';

/** What others know of somebody, and so try first. */
export interface Known {
  email: string;
  name: string;
  sites: readonly { name: string }[];
}

export interface Hints {
  /** How many characters it has, as the server counts them. */
  length: number;
  isLongEnough: boolean;
  /** It is more than what others know of the person. */
  isNotKnown: boolean;
  isVaried: boolean;
}

const PRODUCT = ['phonebook', 'voip-phonebook', 'voipphonebook'];

/** How many characters a password needs; the server has the same numbers (`accounts/password_rules.py`). */
export function leastCharacters(hasSecondFactor: boolean): number {
  return hasSecondFactor ? 8 : 15;
}

/**
 * What can be said of a new password while it is typed. Whether it is easy to guess is judged by the server alone, which
 * knows the lists of passwords in use.
 */
export function hintsOn(password: string, known: Known, least: number): Hints {
  const text = password.normalize('NFC');
  const length = [...text].length;
  let rest = folded(text);
  for (const word of knownWords(known)) rest = rest.replaceAll(word, '');
  return {
    length,
    isLongEnough: length >= least,
    isNotKnown: length > 0 && (rest === folded(text) || [...rest].length >= Math.floor(least / 2)),
    isVaried: new Set(folded(text)).size > Math.min(4, least / 4),
  };
}

/** Names and addresses, whole and in parts, the longest first. */
function knownWords({ email, name, sites }: Known): string[] {
  const whole = [email, name, ...sites.map((site) => site.name), ...PRODUCT].map(folded);
  const parts = whole.flatMap((text) => text.split(/[^\p{L}\p{N}]+/u));
  return [...new Set([...whole, ...parts])].filter(({ length }) => length > 3).sort((a, b) => b.length - a.length);
}
