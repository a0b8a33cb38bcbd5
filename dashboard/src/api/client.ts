import createClient, { type Middleware } from 'openapi-fetch';

import { problemFrom, problemOf } from './problem';
import type { paths } from './schema';

/** The path of the server's public URL, without `/` at its end: what comes before every path of ours. */
export const BASE: string = document.documentElement.dataset['base'] ?? '';

type Listener = () => void;
const listeners = new Set<Listener>();

/** Be told when the server no longer knows who asks. Gives what stops it. */
export function onSignedOut(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const failures: Middleware = {
  async onResponse({ response }) {
    if (response.ok) return;
    const problem = await problemFrom(response);
    if (problem.isSignedOut) for (const listener of listeners) listener();
    throw problem;
  },
  onError({ error }) {
    return problemOf(error);
  },
};

/**
 * The API, typed by its OpenAPI document. Every failure is thrown as an ApiProblem, so what comes back is the answer:
 * `const { data } = await api.GET('/api/v1/sites')`, or `await sent(api.POST(…))`.
 */
export const api = createClient<paths>({ baseUrl: window.location.origin + BASE, credentials: 'same-origin' });
api.use(failures);

/** The body of an answer. */
export async function sent<T>(answer: Promise<{ data?: T }>): Promise<T> {
  // A failure was thrown already; an answer without a body is undefined in its type as well.
  return (await answer).data as T;
}

/** POST to a path that an answer named, as its `undo`. */
export async function postTo(path: string): Promise<void> {
  let response: Response;
  try {
    response = await fetch(BASE + path, { method: 'POST', credentials: 'same-origin' });
  } catch (error) {
    throw problemOf(error);
  }
  if (!response.ok) throw await problemFrom(response);
}
