import { useEffect, useRef } from 'react';

import { useApi } from '~/api/query';
import type { Dispatch } from '~/api/types';

const LATEST = 20;

export interface Fetches {
  /** Whether the server has said something yet. */
  isKnown: boolean;
  /** The newest request by which a phone got the phonebook. */
  success: Dispatch | undefined;
  /** The newest request, when it was refused and nothing came after it. */
  failure: Dispatch | undefined;
}

export function isFetched({ status }: Pick<Dispatch, 'status'>): boolean {
  return status === 200 || status === 304;
}

/** The newest request that worked, and the newest that did not when it is the newest of all. */
export function newest(dispatches: readonly Dispatch[]): Pick<Fetches, 'success' | 'failure'> {
  const [first] = dispatches;
  return { success: dispatches.find(isFetched), failure: first && !isFetched(first) ? first : undefined };
}

/** What phones asked for, live: all that is known, or only what came after this was first looked at. */
export function useFetches(phonebookId: string, { onlyNew = false } = {}): Fetches {
  const { data } = useApi('/api/v1/phonebooks/{phonebook_id}/dispatches', {
    path: { phonebook_id: phonebookId },
    query: { limit: LATEST },
  });
  const before = useRef<ReadonlySet<string> | null>(null);
  const items = data?.items;
  useEffect(() => {
    if (items && before.current === null) before.current = new Set(items.map(({ id }) => id));
  }, [items]);
  if (!items) return { isKnown: false, success: undefined, failure: undefined };
  const known = before.current;
  const counted = onlyNew ? (known === null ? [] : items.filter(({ id }) => !known.has(id))) : items;
  return { isKnown: true, ...newest(counted) };
}
