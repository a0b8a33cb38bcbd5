import { expect, test } from 'vitest';

import type { Contact } from '~/api/types';

import { decisions, resolved } from './threeWay';

const base = {
  id: 'c',
  given_name: 'Bea',
  family_name: 'Schmidt',
  organization: 'Huber',
  note: '',
  numbers: [{ value: '030 1', label: 'work', e164: '+49301' }],
  emails: [],
  groups: ['Kunden'],
  meta: { yealink: { dial: 3 } },
  version: 4,
} as unknown as Contact;

test('what only one of both changed needs no decision, and nothing of it is lost', () => {
  const stored = { ...base, organization: 'Huber & Söhne', version: 5 };
  const found = decisions(base, { family_name: 'Schmitt' }, stored);
  expect(found.map(({ field, by }) => [field, by])).toEqual([
    ['family_name', 'me'],
    ['organization', 'them'],
  ]);
  expect(resolved(found, {})).toEqual({ family_name: 'Schmitt' });
});

test('where both changed the same field, theirs stays until mine is chosen', () => {
  const found = decisions(base, { family_name: 'Schmitt' }, { ...base, family_name: 'Schmied' });
  expect(found).toMatchObject([{ field: 'family_name', by: 'both', mine: 'Schmitt', theirs: 'Schmied' }]);
  expect(resolved(found, {})).toEqual({});
  expect(resolved(found, { family_name: 'mine' })).toEqual({ family_name: 'Schmitt' });
});

test('the same change by both is no conflict', () => {
  expect(decisions(base, { note: 'x' }, { ...base, note: 'x' })).toEqual([]);
});

test('numbers and groups of both can be kept together', () => {
  const stored = {
    ...base,
    groups: ['Kunden', 'VIP'],
    numbers: [...base.numbers, { value: '0171 2', label: 'mobile' }],
  } as Contact;
  const change = { groups: ['Kunden', 'Berlin'], numbers: [{ value: '030-1', label: 'work' }, { value: '040 3' }] };
  const found = decisions(base, change, stored);
  expect(resolved(found, { groups: 'union', numbers: 'union' })).toEqual({
    groups: ['Kunden', 'VIP', 'Berlin'],
    numbers: [
      { value: '030 1', label: 'work' },
      { value: '0171 2', label: 'mobile' },
      { value: '040 3', label: '' },
    ],
  });
});

test('values of a vendor service are a field of their own', () => {
  const found = decisions(base, { meta: { yealink: { dial: 9 } } }, { ...base, meta: { yealink: { dial: 4 }, snom: { a: 1 } } });
  expect(found.map(({ field, by }) => [field, by])).toEqual([
    ['meta.snom', 'them'],
    ['meta.yealink', 'both'],
  ]);
  expect(resolved(found, { 'meta.yealink': 'mine' })).toEqual({ meta: { yealink: { dial: 9 } } });
});
