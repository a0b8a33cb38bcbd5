import { expect, test } from 'vitest';

import { wordsOf } from './words';

test('the words of the services of this product are German for who reads German', () => {
  expect(wordsOf('Firmware before V84', 'de')).toBe('Firmware vor V84');
  expect(wordsOf('Firmware before V84', 'en')).toBe('Firmware before V84');
});

test('what a phone has no room for is said in German, whoever makes it', () => {
  expect(
    wordsOf(
      'Acme A1: there is room for 500 contacts, and this book has 612. Make smaller phonebooks, or expect that the last ones are missing.',
      'de',
    ),
  ).toContain('Acme A1: Platz ist für 500 Kontakte, und dieses Telefonbuch hat 612.');
  expect(
    wordsOf(
      'Snom M300 and M700 (DECT): 1 name will be cut, as there is room for 23 characters. Put what matters first, or shorten them.',
      'de',
    ),
  ).toContain('Snom M300 und M700 (DECT): 1 Name wird gekürzt, denn Platz ist für 23 Zeichen.');
  expect(wordsOf('A1: 12 contacts have a number of more than 20 digits. Check them.', 'de')).toContain('12 Kontakte haben');
  expect(
    wordsOf('A1: 2 contacts have more than the 3 numbers that are shown. Put the most important ones first.', 'de'),
  ).toContain('mehr als die 3 Nummern');
});

test('the words of other services stay', () => {
  expect(wordsOf('Second line', 'de')).toBe('Second line');
  expect(wordsOf('', 'de')).toBe('');
});
