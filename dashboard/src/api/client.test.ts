import { expect, test, vi } from 'vitest';

import { api, onSignedOut, postTo, sent } from './client';
import { ApiProblem, problemOf, UNEXPLAINED, UNREACHABLE } from './problem';

const details = { type: 'urn:x', title: 'X', status: 400, detail: 'Fill in a name.', code: 'required', problems: [] };

function answer(status: number, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  vi.stubGlobal('fetch', async () => new Response(text, { status, headers: { 'content-type': type, ...headers } }));
}

async function failing(): Promise<ApiProblem> {
  try {
    await sent(api.GET('/api/v1/me', { fetch: (request) => globalThis.fetch(request) }));
  } catch (error) {
    return problemOf(error);
  }
  throw new Error('it did not fail');
}

test('a failure is thrown with the sentence, the fields and when to try again', async () => {
  const problems = [{ field: 'name', code: 'required', message: 'Fill in a name.' }];
  answer(429, { ...details, status: 429, problems }, { 'retry-after': '7' });
  const problem = await failing();
  expect(problem.message).toBe('Fill in a name.');
  expect(problem.problems).toEqual(problems);
  expect([problem.status, problem.retryAfter]).toEqual([429, 7]);
});

test('who is no longer signed in is told about, who typed a wrong password is not', async () => {
  const told = vi.fn();
  const stop = onSignedOut(told);
  answer(401, { ...details, status: 401, code: 'wrong_credentials' });
  expect((await failing()).isSignedOut).toBe(false);
  expect(told).not.toHaveBeenCalled();
  answer(401, { ...details, status: 401, code: 'not_signed_in' });
  expect((await failing()).isSignedOut).toBe(true);
  expect(told).toHaveBeenCalledOnce();
  stop();
  await failing();
  expect(told).toHaveBeenCalledOnce();
});

test('an answer of something else in front of the server is a sentence too', async () => {
  answer(502, '<h1>Bad gateway</h1>');
  const problem = await failing();
  expect([problem.code, problem.status]).toEqual([UNEXPLAINED, 502]);
  expect(problem.message).toContain('502');
});

test('a server that cannot be reached is a sentence', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
  expect((await failing()).code).toBe(UNREACHABLE);
  await expect(postTo('/api/v1/units/1/undo')).rejects.toMatchObject({ code: UNREACHABLE });
});

test('what somebody else changed meanwhile, and what is gone, can be told apart', async () => {
  answer(412, { ...details, status: 412 });
  expect((await failing()).isChangedMeanwhile).toBe(true);
  answer(404, { ...details, status: 404 });
  expect((await failing()).isMissing).toBe(true);
});
