import { expect, test } from 'vitest';

import { formatIn } from './format';

const now = new Date('2026-11-23T12:00:00Z');
const before = (seconds: number) => new Date(now.getTime() - seconds * 1000).toISOString();

test('how long ago something was is said as people say it', () => {
  const { ago } = formatIn('en');
  expect(ago(before(5), now)).toBe('this minute');
  expect(ago(before(300), now)).toBe('5 minutes ago');
  expect(ago(before(86_400), now)).toBe('yesterday');
  expect(formatIn('de').ago(before(7_200), now)).toBe('vor 2 Stunden');
});

test('numbers are grouped as the language does', () => {
  expect(formatIn('en').number(100_000)).toBe('100,000');
  expect(formatIn('de').number(100_000)).toBe('100.000');
  expect(formatIn('en').bytes(900)).toBe('900 B');
  expect(formatIn('de').bytes(50_134)).toBe('49 KiB');
});
