import { expect, test } from 'vitest';

import { everyOf } from './every';

test.each([
  [300, 'every 5 minutes', 'alle 5 Minuten'],
  [3_600, 'every hour', 'jede Stunde'],
  [5_400, 'every 90 minutes', 'alle 90 Minuten'],
  [21_600, 'every 6 hours', 'alle 6 Stunden'],
  [21_733, 'every 6 hours', 'alle 6 Stunden'],
  [86_400, 'every day', 'jeden Tag'],
  [604_800, 'every 7 days', 'alle 7 Tage'],
  [12, 'every minute', 'jede Minute'],
])('%d seconds', (seconds, en, de) => {
  expect(everyOf(seconds, 'en')).toBe(en);
  expect(everyOf(seconds, 'de')).toBe(de);
});
