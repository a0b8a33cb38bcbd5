import { expect, test } from 'vitest';

import { wordsOf } from './words';

test('the words of the services of this product are German for who reads German', () => {
  expect(wordsOf('Firmware before V84', 'de')).toBe('Firmware vor V84');
  expect(wordsOf('Firmware before V84', 'en')).toBe('Firmware before V84');
  expect(wordsOf('1200 contacts: some Yealink phones are said to show only the first 1000.', 'de')).toBe(
    '1200 Kontakte: Manche Yealink-Telefone sollen nur die ersten 1000 anzeigen.',
  );
});

test('the words of other services stay', () => {
  expect(wordsOf('Second line', 'de')).toBe('Second line');
  expect(wordsOf('', 'de')).toBe('');
});
