import { expect, test } from 'vitest';

import { ALL, countSelected, isEmpty, isSelected, NONE, toggled, withRange, withThese } from './selection';

const rows = ['a', 'b', 'c', 'd'].map((id) => ({ id }));

test('one is chosen and let go again', () => {
  const one = toggled(NONE, 'a');
  expect(isSelected(one, 'a')).toBe(true);
  expect(countSelected(one, 100)).toBe(1);
  expect(isEmpty(toggled(one, 'a'))).toBe(true);
});

test('a range goes both ways', () => {
  const down = withRange(NONE, rows, 1, 3, true);
  expect(rows.filter(({ id }) => isSelected(down, id)).map(({ id }) => id)).toEqual(['b', 'c', 'd']);
  const up = withRange(down, rows, 2, 0, false);
  expect(rows.filter(({ id }) => isSelected(up, id)).map(({ id }) => id)).toEqual(['d']);
});

test('all that match, except some that were let go', () => {
  const most = withThese(ALL, ['b', 'c'], false);
  expect(isSelected(most, 'a')).toBe(true);
  expect(isSelected(most, 'b')).toBe(false);
  expect(countSelected(most, 100)).toBe(98);
  expect(countSelected(most, null)).toBeNull();
  expect(isSelected(toggled(most, 'b'), 'b')).toBe(true);
});
