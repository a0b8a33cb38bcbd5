import { expect, test } from 'vitest';

import { matches } from './matching';

test('part of a name finds it, whatever the case and the accents', () => {
  expect(matches('Zürich Nord', 'zur')).toBe(true);
  expect(matches('Zürich Nord', 'nord ZÜ')).toBe(true);
  expect(matches('Zürich Nord', 'süd')).toBe(false);
});

test('nothing typed finds everything', () => {
  expect(matches('Berlin', '')).toBe(true);
  expect(matches('Berlin', '  ')).toBe(true);
});
