import { describe, expect, it } from 'vitest';

import { dayIn, ENDS, expiryOf, isEnds } from './expiry';

describe('expiryOf', () => {
  it('tells days, or nothing for a token without an end', () => {
    expect(expiryOf('90', '')).toEqual({ expires_in_days: 90 });
    expect(expiryOf('never', '2026-12-31')).toEqual({});
  });

  it('takes a chosen day whole: the token ends with the beginning of the next one, here', () => {
    const { expires_at = '' } = expiryOf('day', '2026-12-31');
    const end = new Date(expires_at);
    expect([end.getFullYear(), end.getMonth(), end.getDate(), end.getHours()]).toEqual([2027, 0, 1, 0]);
  });
});

describe('dayIn', () => {
  it('goes over the ends of months', () => {
    expect(dayIn(1, new Date(2026, 1, 28, 23, 59))).toBe('2026-03-01');
    expect(dayIn(0, new Date(2026, 0, 5))).toBe('2026-01-05');
  });
});

it('knows its own values', () => {
  expect(ENDS.every(isEnds)).toBe(true);
  expect(isEnds('31')).toBe(false);
});
