import type { ApiProblem } from '~/api/problem';

/** The way round, by the names that the server's sentence has in quotes; empty when it is another problem. */
export function loopOf({ code, message }: Pick<ApiProblem, 'code' | 'message'>): string[] {
  if (code !== 'loop') return [];
  return [...message.matchAll(/“([^“”]*)”/g)].map(([, name]) => name ?? '');
}
