import { expect, it } from 'vitest';

import { sizeOf, summaryOf } from './summary';

it('says sizes in a unit that fits', () => {
  expect(sizeOf(0, String)).toBe('0 B');
  expect(sizeOf(1023, String)).toBe('1023 B');
  expect(sizeOf(1024, String)).toBe('1 KiB');
  expect(sizeOf(512_080, String)).toBe('500.1 KiB');
  expect(sizeOf(83_100_659_712, String)).toBe('77.4 GiB');
  expect(sizeOf(2 ** 60, String)).toBe('1048576 TiB');
});

it('sums up what helpers ask for', () => {
  const text = summaryOf({
    version: '0.1.0',
    python: '3.11.7',
    started_at: '2026-11-23T21:53:09.193Z',
    options: [
      { name: 'PHONEBOOK_PORT', value: '8151', source: 'environment', secret: false, doc: '', default: '', example: '' },
    ],
    database: { path: '/data', bytes: 1, free_bytes: 2, schema: '0004' },
    findings: [{ check: 'public URL', result: 'warn', message: 'Only here.' }],
  });
  expect(text).toContain('PHONEBOOK_PORT=8151   # environment');
  expect(text).toContain('warn: public URL: Only here.');
});
