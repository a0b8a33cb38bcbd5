import { expect, test } from 'vitest';

import { columnsOf, samplesOf, withField, withLabel, withLabelFrom } from './mapping';

const headers = ['Name', 'Telefon', 'Art', 'Mobil'];
const columns = columnsOf([{ field: 'display_name' }, { field: 'number' }, {}, { field: 'number', label: 'Mobile' }], headers, 4);

test('every column of the file is there, mapped or not', () => {
  expect(columns.map(({ field }) => field)).toEqual(['display_name', 'number', 'ignore', 'number']);
  expect(columnsOf([], [], 2)).toHaveLength(2);
});

test('a column of labels belongs to the number before it', () => {
  const labelled = withField(columns, 2, 'label');
  expect(labelled[1]).toMatchObject({ label_from: 2, label: '' });
  expect(withField(labelled, 2, 'note')[1]?.label_from).toBeNull();
});

test('what is no number any more has no label', () => {
  expect(withField(columns, 3, 'note')[3]).toMatchObject({ field: 'note', label: '', label_from: null });
});

test('a label is fixed or stands in another column', () => {
  const from = withLabelFrom(columns, 3, 2);
  expect(from[3]).toMatchObject({ label: '', label_from: 2 });
  expect(from[2]?.field).toBe('label');
  expect(withLabel(from, 3, 'Privat')[3]).toMatchObject({ label: 'Privat', label_from: null });
});

test('samples are different and not empty', () => {
  expect(samplesOf([['a', '1'], ['b', ' '], ['c', '1'], ['d', '2']], 1)).toEqual(['1', '2']);
});
