import { expect, test } from 'vitest';

import type { SeenPhone } from '~/api/types';

import { macOf, phoneName, usedLately } from './phones';

const nobody = { vendor: '', model: '', address: '', user_agent: '' };

test('a phone is called by maker and model, else by its program, else by its address', () => {
  expect(phoneName({ ...nobody, vendor: 'Yealink', model: 'T46G', user_agent: 'x' }, 'A phone')).toBe('Yealink T46G');
  expect(phoneName({ ...nobody, user_agent: 'curl/8.1' }, 'A phone')).toBe('curl');
  expect(phoneName({ ...nobody, address: '10.0.0.7' }, 'A phone')).toBe('A phone (10.0.0.7)');
  expect(phoneName(nobody, 'A phone')).toBe('A phone');
});

test('a MAC is written in pairs', () => {
  expect(macOf('00156574b1aa')).toBe('00:15:65:74:B1:AA');
  expect(macOf('')).toBe('');
});

test('only phones that got the book of this service in the last week used it lately', () => {
  const now = Date.parse('2026-11-23T12:00:00Z');
  const phone = (service: string, last_success_at: string | null) => ({ service, last_success_at }) as SeenPhone;
  const recent = phone('yealink', '2026-11-20T12:00:00Z');
  const phones = [recent, phone('yealink', '2026-11-01T12:00:00Z'), phone('yealink', null), phone('snom', '2026-11-23T11:00:00Z')];
  expect(usedLately(phones, 'yealink', now)).toEqual([recent]);
});
