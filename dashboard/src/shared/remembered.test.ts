import { expect, test, vi } from 'vitest';

import { keepChoices, remember, remembered } from './remembered';

test('a choice outlives what empties the storage, as signing out does', () => {
  remember('theme', 'dark');
  localStorage.clear();
  keepChoices();
  expect(localStorage.getItem('phonebook.theme')).toBe('dark');
});

test('where nothing may be stored a choice holds until the page is left', () => {
  vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new DOMException('no');
  });
  remember('language', 'de');
  expect(remembered('language')).toBe('de');
});
