import { expect, test } from 'vitest';

import type { FieldChoice } from '~/api/types';

import { canType, isOpen, optionsOf, proposed, resultOf } from './choices';

const name: FieldChoice = {
  field: 'family_name',
  values: [
    { contact: 'a', value: 'Schmidt' },
    { contact: 'b', value: 'Schmitt' },
    { contact: 'c', value: 'Schmidt' },
  ],
  chosen: 'Schmidt',
};
const number = (value: string) => ({ value, label: '', e164: null });
const numbers: FieldChoice = {
  field: 'numbers',
  values: [
    { contact: 'a', value: [number('1')] },
    { contact: 'b', value: [number('2')] },
  ],
  chosen: [number('1'), number('2')],
};

test('what several contacts say is one option', () => {
  expect(optionsOf(name).map(({ key, contacts }) => [key, contacts])).toEqual([
    ['a', ['a', 'c']],
    ['b', ['b']],
  ]);
  expect(proposed(name)).toBe('a');
  expect(isOpen(name)).toBe(true);
});

test('what all say needs no decision', () => {
  expect(isOpen({ values: name.values.slice(0, 1), chosen: 'Schmidt' })).toBe(false);
  expect(optionsOf({ values: [{ contact: 'a', value: '' }], chosen: '' })).toEqual([]);
});

test('of lists, all together is proposed', () => {
  expect(proposed(numbers)).toBe('all');
  expect(optionsOf(numbers)).toHaveLength(3);
});

test('only what is not as proposed is sent, without what the server derives', () => {
  expect(resultOf([name, numbers], { family_name: { key: 'a' } })).toEqual({});
  expect(resultOf([name, numbers], { family_name: { own: 'Schmied' }, numbers: { key: 'b' } })).toEqual({
    family_name: 'Schmied',
    numbers: [{ value: '2', label: '' }],
  });
  expect(canType('note')).toBe(true);
  expect(canType('numbers')).toBe(false);
});
