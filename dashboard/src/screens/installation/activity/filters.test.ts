import { describe, expect, it } from 'vitest';

import { askedBy } from './filters';

const none = { actor: '', action: '', site: '', time: '', from: '', to: '' };
const NOW = new Date(2026, 10, 23, 21, 30);

/** A moment as it is here. */
const here = (text = '') => {
  const at = new Date(text);
  return [at.getFullYear(), at.getMonth() + 1, at.getDate(), at.getHours(), at.getMinutes()];
};

describe('askedBy', () => {
  it('asks for everything when nothing is chosen', () => {
    expect(askedBy(none, NOW)).toEqual({});
  });

  it('asks for what is chosen', () => {
    expect(askedBy({ ...none, actor: ' anna@example.org ', action: 'token', site: '1' }, NOW)).toEqual({
      actor: 'anna@example.org',
      action: 'token',
      site: '1',
    });
  });

  it('counts days from their beginning, today among them', () => {
    expect(here(askedBy({ ...none, time: 'today' }, NOW).since)).toEqual([2026, 11, 23, 0, 0]);
    expect(here(askedBy({ ...none, time: 'week' }, NOW).since)).toEqual([2026, 11, 17, 0, 0]);
    expect(here(askedBy({ ...none, time: 'month' }, NOW).since)).toEqual([2026, 10, 25, 0, 0]);
  });

  it('takes the last day whole, and either end may be open', () => {
    const { since, until } = askedBy({ ...none, time: 'between', from: '2026-11-01', to: '2026-11-30' }, NOW);
    expect(here(since)).toEqual([2026, 11, 1, 0, 0]);
    expect(here(until)).toEqual([2026, 12, 1, 0, 0]);
    expect(askedBy({ ...none, time: 'between', from: '', to: 'rubbish' }, NOW)).toEqual({});
  });
});
