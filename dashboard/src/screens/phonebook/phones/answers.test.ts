import { expect, test } from 'vitest';

import { answerOf, loginOf, toneOf } from './answers';
import { texts } from './texts';

test('every answer that phones get has words', () => {
  for (const status of [200, 304, 401, 404, 405, 429, 503]) {
    expect(answerOf({ status }, texts.en)).not.toBe(texts.en.statusOther);
    expect(answerOf({ status }, texts.de)).not.toBe(texts.de.statusOther);
  }
  expect(answerOf({ status: 500 }, texts.en)).toBe('failed');
});

test('only what worked is good', () => {
  expect([200, 304, 401, 404, 503].map((status) => toneOf({ status }))).toEqual(['good', 'good', 'bad', 'bad', 'warn']);
});

test('a login that an older service does not tell of is unknown', () => {
  expect(loginOf({ auth: '' }, texts.en)).toBe('–');
  expect(loginOf({ auth: 'former' }, texts.de)).toBe('voriges Passwort');
});
