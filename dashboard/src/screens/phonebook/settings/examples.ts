import type { Phonebook } from '~/api/types';

export type NumberForm = NonNullable<Phonebook['output']['form']>;

/** A number in all its forms. Without an international one it is short, and phones get it as it is. */
export interface Example {
  typed: string;
  e164: string | null;
  /** As it is dialled inside its country. */
  national: string;
}

/** Numbers that nobody has, or that everybody may call, by the region whose writing they are in. */
const HOME: Readonly<Record<string, Example>> = {
  AT: { typed: '01 505 00 01', e164: '+4315050001', national: '015050001' },
  AU: { typed: '(02) 5550 0100', e164: '+61255500100', national: '0255500100' },
  CH: { typed: '044 668 18 00', e164: '+41446681800', national: '0446681800' },
  DE: { typed: '030 23125-100', e164: '+493023125100', national: '03023125100' },
  FR: { typed: '01 99 00 12 34', e164: '+33199001234', national: '0199001234' },
  GB: { typed: '020 7946 0100', e164: '+442079460100', national: '02079460100' },
  SE: { typed: '08-465 004 10', e164: '+46846500410', national: '0846500410' },
  US: { typed: '(212) 555-0123', e164: '+12125550123', national: '2125550123' },
};
const SHORT: Example = { typed: '200', e164: null, national: '200' };

/** A number of the region where one is known, one from abroad, and a short one. */
export function examplesFor(region: string): { home: Example | undefined; abroad: Example; short: Example } {
  const elsewhere = region === 'GB' ? HOME['DE'] : HOME['GB'];
  const e164 = elsewhere?.e164 ?? '+442079460100';
  return { home: HOME[region], abroad: { typed: e164, e164, national: `00${e164.slice(1)}` }, short: SHORT };
}

/** What phones get of it; the server does the same (`phone_number.dial`). */
export function dialled({ typed, e164, national }: Example, form: NumberForm, prefix: string): string {
  if (e164 === null) return typed;
  const written = { as_typed: typed, e164, international_00: `00${e164.slice(1)}`, national }[form];
  return written.startsWith('+') ? written : prefix + written;
}
