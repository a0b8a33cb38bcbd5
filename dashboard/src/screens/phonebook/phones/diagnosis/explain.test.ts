import { expect, test, vi } from 'vitest';

import type { Diagnosis } from '~/api/types';

import { BOOK_CODES, explainBook, explainPhone, PHONE_CODES } from './explain';

const NOW = new Date('2026-11-23T12:00:00Z');
const VALUES = {
  firmware: '28.72.0.1',
  since: '2026-11-23T10:00:00Z',
  at: '2026-11-23T11:30:00Z',
  rotated_at: '2026-11-22T12:00:00Z',
  until: '2026-11-24T12:00:00Z',
  service: 'yealink',
  services: ['yealink'],
  state: 'setup',
  status: 500,
  seen_at: '2026-11-23T09:00:00Z',
  file: 'book',
  files: ['directory.xml', 'book.xml'],
  last_at: '2026-11-20T12:00:00Z',
  every_seconds: 21_600,
  stale_since: '2026-11-21T12:00:00Z',
  url: 'http://127.0.0.1:8000',
};

function diagnosed(code: string, values: Record<string, unknown> = VALUES): Diagnosis {
  return { code, severity: 'error', message: 'What the server says.', values };
}

test.each(PHONE_CODES)('%s of a phone is explained in both languages', (code) => {
  vi.useFakeTimers({ now: NOW });
  for (const explain of [explainPhone(diagnosed(code), 'en'), explainPhone(diagnosed(code), 'de')]) {
    expect(explain.what).not.toBe('What the server says.');
    expect(`${explain.what} ${explain.advice}`).not.toMatch(/–$|undefined|NaN|\[object/);
    expect(explain.advice).toMatch(/[.?]$/);
  }
  expect(explainPhone(diagnosed(code), 'de')).not.toEqual(explainPhone(diagnosed(code), 'en'));
  vi.useRealTimers();
});

test.each(BOOK_CODES)('%s of a phonebook is explained in both languages', (code) => {
  const [en, de] = [explainBook(diagnosed(code), 'en'), explainBook(diagnosed(code), 'de')];
  expect(en.what).not.toBe('What the server says.');
  expect(`${en.what} ${en.advice} ${de.what} ${de.advice}`).not.toMatch(/–|undefined|NaN|\[object/);
  expect(de).not.toEqual(en);
});

test('the values stand in the sentences', () => {
  vi.useFakeTimers({ now: NOW });
  expect(explainPhone(diagnosed('cannot_send_credentials', { firmware: '28.72.0.1', since: 'V84' }), 'en')).toEqual({
    what: 'Asks without a password: firmware 28.72.0.1 cannot send one',
    advice:
      'Firmware before V84 has no fields for user name and password. Update it, or enter the address with both in it: it is on the set-up page.',
  });
  expect(explainPhone(diagnosed('not_found_path'), 'de').advice).toContain('directory.xml, book.xml');
  expect(explainPhone(diagnosed('stale'), 'en').advice).toContain('Last 3 days ago; usually it asks every 6 hours.');
  expect(explainPhone(diagnosed('stale'), 'de').advice).toContain('alle 6 Stunden');
  vi.useRealTimers();
});

test('an overlap that is over is said otherwise than one that lasts', () => {
  vi.useFakeTimers({ now: NOW });
  expect(explainPhone(diagnosed('former_password'), 'en').advice).toContain('It works until');
  expect(explainPhone(diagnosed('former_password', { ...VALUES, until: null }), 'en').advice).toContain('is refused');
  vi.useRealTimers();
});

test('a code that is not known yet says what the server says', () => {
  const unknown = { what: 'What the server says.', advice: '' };
  expect(explainPhone(diagnosed('brand_new'), 'de')).toEqual(unknown);
  expect(explainBook(diagnosed('brand_new'), 'en')).toEqual(unknown);
});

test('a service that has no phonebook for a phone is told from one that does not run', () => {
  const says = (state: string) => explainPhone(diagnosed('service_unavailable', { ...VALUES, state }), 'en');
  expect(says('unavailable').what).toBe('yealink is not running');
  expect(says('enabled').advice).toContain('not ready yet');
  expect(says('setup').advice).toContain('waits for settings');
});

test('values that are not known do not break a sentence', () => {
  expect(explainPhone(diagnosed('stale', { last_at: VALUES.last_at, every_seconds: null }), 'en').advice).not.toContain('usually');
  expect(explainPhone(diagnosed('old_book', { stale_since: null }), 'de').advice).toMatch(/^Er kommt/);
  expect(explainPhone(diagnosed('wrong_password', {}), 'en').advice).toContain('–');
});
