import { expect, test } from 'vitest';

import { dialled, examplesFor } from './examples';

const { home, abroad, short } = examplesFor('DE');

test.each([
  ['as_typed', '', '030 23125-100', '+442079460100'],
  ['e164', '0', '+493023125100', '+442079460100'],
  ['international_00', '0', '000493023125100', '000442079460100'],
  ['national', '', '03023125100', '00442079460100'],
  ['national', '9', '903023125100', '900442079460100'],
] as const)('%s with “%s”', (form, prefix, atHome, fromAbroad) => {
  expect(home && dialled(home, form, prefix)).toBe(atHome);
  expect(dialled(abroad, form, prefix)).toBe(fromAbroad);
});

test('a short number is the same in every form', () => {
  for (const form of ['as_typed', 'e164', 'international_00', 'national'] as const) expect(dialled(short, form, '0')).toBe('200');
});

test('where no number of the country is known, the others still show the form', () => {
  expect(examplesFor('FJ').home).toBeUndefined();
  expect(examplesFor('GB').abroad.e164).toBe('+493023125100');
});
