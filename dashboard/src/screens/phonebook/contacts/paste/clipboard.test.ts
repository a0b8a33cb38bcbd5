import { expect, test } from 'vitest';

import { readClipboard } from './clipboard';

test('cells of a spreadsheet are apart by tabs and new lines', () => {
  expect(readClipboard('Name\tNummer\r\nBea\t030 1\r\n')?.rows).toEqual([
    ['Name', 'Nummer'],
    ['Bea', '030 1'],
  ]);
});

test('cells with new lines, tabs and quotes in them come in quotes', () => {
  const pasted = readClipboard('"Huber\n& ""Söhne"""\t030\nx\ty');
  expect(pasted?.rows).toEqual([
    ['Huber\n& "Söhne"', '030'],
    ['x', 'y'],
  ]);
  expect(readClipboard(pasted?.text ?? '')?.rows).toEqual(pasted?.rows);
});

test('a single column of several rows is a table, some words are not', () => {
  expect(readClipboard('Bea\nCem')?.rows).toHaveLength(2);
  expect(readClipboard('Bea Schmidt')).toBeNull();
  expect(readClipboard('\n \n')).toBeNull();
});

test('a quote inside a word is only a quote', () => {
  expect(readClipboard('7" Schraube\tx')?.rows).toEqual([['7" Schraube', 'x']]);
});
