import { expect, test } from 'vitest';

import { asTable, readPasted } from './people';

test.each([
  ['Anna Müller\t030 23125100', { name: 'Anna Müller', numbers: ['030 23125100'] }],
  ['Ben Carter, 020 7946 0101, 07700 900101', { name: 'Ben Carter', numbers: ['020 7946 0101', '07700 900101'] }],
  ['Müller, Anna;030/23125-100', { name: 'Müller, Anna', numbers: ['030/23125-100'] }],
  ['"Huber GmbH";"+49 (0)89 99998100"', { name: 'Huber GmbH', numbers: ['+49 (0)89 99998100'] }],
  ['Müller, Anna, 030 23125100', { name: 'Müller, Anna', numbers: ['030 23125100'] }],
  ['Empfang: 200', { name: 'Empfang', numbers: ['200'] }],
  ['Anna Müller 030 23125100', { name: 'Anna Müller', numbers: ['030 23125100'] }],
  ['Notruf  *21#\t112', null],
  ['Anna\tMüller\t+4930 23125100\tanna', { name: 'Anna Müller anna', numbers: ['+4930 23125100'] }],
] as const)('%s', (line, person) => {
  const { people } = readPasted(line);
  if (person) expect(people).toEqual([person]);
  else expect(people).toHaveLength(1);
});

test('lines without a number, or without a name, are told and left out', () => {
  expect(readPasted('Name\tNummer\n\nAnna\t100\r\n030 23125100')).toEqual({
    people: [{ name: 'Anna', numbers: ['100'] }],
    unread: ['Name\tNummer', '030 23125100'],
  });
});

test('what is added becomes a table with a column for each number, whatever is in the names', () => {
  const { text, mapping } = asTable([{ name: 'A "B", C', numbers: ['1', '2'] }, { name: 'D', numbers: ['3'] }], 'G');
  expect(text).toBe(
    '"name","group","number 1","number 2"\r\n"A ""B"", C","G","1","2"\r\n"D","G","3",""',
  );
  expect(JSON.parse(mapping)).toEqual({
    columns: [
      { header: 'name', field: 'display_name' },
      { header: 'group', field: 'groups' },
      { header: 'number 1', field: 'number' },
      { header: 'number 2', field: 'number' },
    ],
  });
});
