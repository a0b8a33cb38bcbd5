import { keepPreviousData, useQuery } from '@tanstack/react-query';

import { apiQuery } from '~/api/query';
import type { SearchResult } from '~/api/types';

/** Of each kind; more are not looked through by eye, typing narrows them down. */
export const MOST = 8;
/** With fewer letters the first few of thousands say nothing. */
const LEAST_TYPED = 2;

const NOTHING: SearchResult = { sites: [], phonebooks: [], contacts: [] };

/** The phonebooks and contacts that the server finds, wherever they are; those before until the next are there. */
export function useSearch(typed: string): SearchResult {
  const isEnough = typed.length >= LEAST_TYPED;
  const { data } = useQuery({
    ...apiQuery('/api/v1/search', { query: { q: typed, limit: MOST } }),
    enabled: isEnough,
    placeholderData: keepPreviousData,
  });
  return isEnough && data ? data : NOTHING;
}
