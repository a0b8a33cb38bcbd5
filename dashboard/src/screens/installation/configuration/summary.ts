import type { Configuration } from '~/api/types';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** A size in the largest unit of which there is at least one: `77.4 GiB`. */
export function sizeOf(bytes: number, number: (value: number) => string): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${number(unit === 0 ? value : Math.round(value * 10) / 10)} ${UNITS[unit]}`;
}

/** All of it as text, for whoever helps; always in English. What is secret the server has masked already. */
export function summaryOf({ version, python, started_at, options, database, findings }: Configuration): string {
  return [
    `phonebook ${version}, Python ${python}, running since ${started_at}`,
    `database: ${database.bytes} bytes, schema ${database.schema}, ${database.free_bytes} bytes free`,
    '',
    ...options.map(({ name, value, source }) => `${name}=${value}   # ${source}`),
    '',
    ...findings.map(({ check, result, message }) => `${result}: ${check}: ${message}`),
  ].join('\n');
}
