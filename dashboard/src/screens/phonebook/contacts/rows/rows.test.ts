import { expect, test } from 'vitest';

import type { Contact } from '~/api/types';

import {
  type Answer,
  countRows,
  firstRows,
  loaded,
  pagesBetween,
  type Rows,
  withContact,
  withFresh,
  without,
  withPage,
} from './rows';

const contact = (id: string, family_name = ''): Contact =>
  ({ id, family_name, numbers: [], emails: [], groups: [], version: 1 }) as unknown as Contact;
const items = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => contact(`c${from + n}`));
const ids = (rows: Rows) => loaded(rows).map(({ id }) => id);

async function three(): Promise<Rows> {
  let rows = await firstRows(() => Promise.resolve({ items: items(0, 3), next_cursor: 'a', total: 10 }));
  rows = withPage(rows, 'a', { items: items(3, 6), next_cursor: 'b' });
  return withPage(rows, 'b', { items: items(6, 9), next_cursor: 'c' });
}

test('pages follow one another, and one of another time is not appended', async () => {
  const rows = await three();
  expect(ids(rows)).toEqual(items(0, 9).map(({ id }) => id));
  expect(withPage(rows, 'a', { items: items(3, 6), next_cursor: 'b' })).toBe(rows);
  expect(countRows(rows, 9)).toBe(10);
});

test('there is room for as many rows as the server counts, and when all are there, for those', async () => {
  const rows = await three();
  expect(countRows({ ...rows, total: null }, 9)).toBeGreaterThan(9);
  expect(countRows(withPage(rows, 'c', { items: [], next_cursor: null }), 9)).toBe(9);
});

test('the pages in sight are found', async () => {
  const rows = await three();
  expect(pagesBetween(rows, 2, 3).map(({ cursor }) => cursor)).toEqual([null, 'a']);
  expect(pagesBetween(rows, 8, 50).map(({ cursor }) => cursor)).toEqual(['b']);
});

test('a page of which something was deleted ends where the next one begins', async () => {
  const answer: Answer = { items: [contact('c3'), contact('c5'), contact('c6'), contact('c7')], next_cursor: 'x' };
  const rows = withFresh(await three(), 'a', answer);
  expect(ids(rows)).toEqual(['c0', 'c1', 'c2', 'c3', 'c5', 'c6', 'c7', 'c8']);
  expect(rows.next).toBe('c');
});

test('a page into which something came grows', async () => {
  const answer: Answer = { items: [contact('c3'), contact('new'), ...items(4, 8)], next_cursor: 'x' };
  const rows = withFresh(await three(), 'a', answer);
  expect(ids(rows)).toEqual(['c0', 'c1', 'c2', 'c3', 'new', 'c4', 'c5', 'c6', 'c7', 'c8']);
});

test('when nothing of the next page is found, what comes behind is loaded again', async () => {
  const rows = withFresh(await three(), 'a', { items: [contact('x'), contact('y')], next_cursor: 'other' });
  expect(ids(rows)).toEqual(['c0', 'c1', 'c2', 'x', 'y']);
  expect(rows.next).toBe('other');
});

test('a page that is as it was keeps what is behind it', async () => {
  const rows = withFresh(await three(), 'a', { items: items(3, 6), next_cursor: 'b' });
  expect(loaded(rows)).toHaveLength(9);
});

test('the first page tells how many there are now', async () => {
  const rows = withFresh(await three(), null, { items: items(0, 5), next_cursor: 'x', total: 11 });
  expect(rows.total).toBe(11);
});

test('a contact is changed where it stands, and keeps where it comes from', async () => {
  const rows = withContact(await three(), contact('c4', 'Neu'));
  expect(loaded(rows)[4]?.family_name).toBe('Neu');
  expect(withContact(rows, contact('elsewhere'))).toEqual(rows);
});

test('deleted contacts are no longer counted', async () => {
  const rows = without(await three(), new Set(['c1', 'c8', 'elsewhere']));
  expect(ids(rows)).not.toContain('c1');
  expect(rows.total).toBe(8);
});
