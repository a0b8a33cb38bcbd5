import { expect, test } from 'vitest';

import { chosenColumns, type ColumnId, isSort, keepColumns, neighbour, nextSort } from './columns';

test('a click on a head sorts by it, another one the other way round', () => {
  expect(nextSort('name', null)).toBe('name');
  expect(nextSort('name', 'name')).toBe('-name');
  expect(nextSort('name', '-name')).toBe('name');
  expect(nextSort('updated', 'name')).toBe('-updated');
  expect(nextSort('updated', '-updated')).toBe('updated');
  expect(nextSort('numbers', 'name')).toBe('name');
  expect(isSort('-updated')).toBe(true);
  expect(isSort('numbers')).toBe(false);
});

test('the name is always there, whatever is chosen', () => {
  keepColumns(['note', 'organization']);
  expect(chosenColumns()).toEqual(['name', 'organization', 'note']);
});

test('Tab goes through what can be edited, then to the next row', () => {
  const columns: ColumnId[] = ['name', 'numbers', 'updated', 'note'];
  expect(neighbour(columns, 'numbers', 1)).toEqual({ column: 'note', rows: 0 });
  expect(neighbour(columns, 'note', 1)).toEqual({ column: 'name', rows: 1 });
  expect(neighbour(columns, 'name', -1)).toEqual({ column: 'note', rows: -1 });
});
