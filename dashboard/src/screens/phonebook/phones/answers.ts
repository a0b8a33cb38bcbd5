import type { Dispatch } from '~/api/types';
import type { Tone } from '~/shared/State';
import { isFetched } from '~/shared/vendor/fetches';

import type { texts } from './texts';

type Words = (typeof texts)['en'];

/** What a phone was answered, in words. */
export function answerOf({ status }: Pick<Dispatch, 'status'>, t: Words): string {
  const words: Readonly<Record<number, string>> = {
    200: t.status200,
    304: t.status304,
    401: t.status401,
    404: t.status404,
    405: t.status405,
    429: t.status429,
    503: t.status503,
  };
  return words[status] ?? t.statusOther;
}

export function toneOf({ status }: Pick<Dispatch, 'status'>): Tone {
  if (isFetched({ status })) return 'good';
  return status === 503 || status === 429 ? 'warn' : 'bad';
}

/** How the phone's user name and password were. */
export function loginOf({ auth }: Pick<Dispatch, 'auth'>, t: Words): string {
  const words: Readonly<Record<string, string>> = {
    none: t.authNone,
    wrong: t.authWrong,
    former: t.authFormer,
    throttled: t.authThrottled,
    ok: t.authOk,
  };
  return words[auth] ?? t.authUnknown;
}
