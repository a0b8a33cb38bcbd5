import { expect, test } from 'vitest';

import type { Dispatch } from '~/api/types';

import { newest } from './fetches';

const answered = (...statuses: number[]) => statuses.map((status, index) => ({ id: String(index), status }) as Dispatch);

test('nothing was asked yet', () => {
  expect(newest([])).toEqual({ success: undefined, failure: undefined });
});

test('what worked counts, however old; what failed only when nothing came after it', () => {
  expect(newest(answered(401, 200)).success?.id).toBe('1');
  expect(newest(answered(401, 200)).failure?.id).toBe('0');
  expect(newest(answered(304, 401))).toMatchObject({ success: { id: '0' }, failure: undefined });
  expect(newest(answered(401, 503)).success).toBeUndefined();
});
