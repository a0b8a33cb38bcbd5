import {
  type InfiniteData,
  infiniteQueryOptions,
  keepPreviousData,
  type QueryClient,
  queryOptions,
  useInfiniteQuery,
  type UseInfiniteQueryResult,
  useQuery,
  type UseQueryResult,
} from '@tanstack/react-query';
import type { PathsWithMethod } from 'openapi-typescript-helpers';
import { useMemo } from 'react';

import { api } from './client';
import type { ApiProblem } from './problem';
import type { paths } from './schema';

export type GetPath = PathsWithMethod<paths, 'get'>;
type Get<P extends GetPath> = paths[P]['get'];

/** What a GET of this path answers. */
export type Answer<P extends GetPath> =
  Get<P> extends { responses: { 200: { content: { 'application/json': infer Body } } } } ? Body : never;

/** What stands in the path and the query. */
export type Params<P extends GetPath> = Pick<Get<P>['parameters'], 'path' | 'query'>;
type Args<P extends GetPath> =
  Record<never, never> extends Get<P>['parameters'] ? [params?: Params<P>] : [params: Params<P>];

/** The keys of all queries: the path as the document writes it, then its parameters. `live.ts` relies on it. */
export type ApiKey = readonly [path: string, params: { path?: Record<string, string>; query?: object }];

async function get<P extends GetPath>(path: P, params: Params<P> | undefined, signal: AbortSignal): Promise<Answer<P>> {
  // The types of path and parameters belong together; the compiler loses that in a generic function.
  const untyped = api.GET as unknown as (path: string, init: object) => Promise<{ data: Answer<P> }>;
  return (await untyped(path, { params, signal })).data;
}

/** A query for `useQuery`, `ensureQueryData`, `setQueryData`: `apiQuery('/api/v1/sites/{site_id}', { path: { site_id } })`. */
export function apiQuery<P extends GetPath>(path: P, ...[params]: Args<P>) {
  return queryOptions<Answer<P>, ApiProblem>({
    queryKey: [path, params ?? {}],
    queryFn: ({ signal }) => get(path, params, signal),
  });
}

/** What a path answers, kept up to date while it is on the screen. */
export function useApi<P extends GetPath>(path: P, ...args: Args<P>): UseQueryResult<Answer<P>, ApiProblem> {
  return useQuery(apiQuery(path, ...args));
}

interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}
type Item<P extends GetPath> = Answer<P> extends Page<infer T> ? T : never;

/** The query of a list that comes a page at a time. */
export function pagesQuery<P extends GetPath>(path: P, ...[params]: Args<P>) {
  return infiniteQueryOptions<Answer<P>, ApiProblem, InfiniteData<Answer<P>>, readonly unknown[], string | null>({
    queryKey: [path, params ?? {}, 'pages'],
    queryFn: ({ pageParam, signal }) => {
      const query = pageParam === null ? params?.query : { ...params?.query, cursor: pageParam };
      return get(path, { ...params, query } as Params<P>, signal);
    },
    initialPageParam: null,
    getNextPageParam: (last) => (last as Page<unknown>).next_cursor ?? null,
    placeholderData: keepPreviousData,
  });
}

export interface Pages<P extends GetPath> {
  query: UseInfiniteQueryResult<InfiniteData<Answer<P>>, ApiProblem>;
  /** The items of all pages so far. */
  items: Item<P>[];
}

/** A list that comes a page at a time; `query.fetchNextPage()` asks for more. */
export function usePages<P extends GetPath>(path: P, ...args: Args<P>): Pages<P> {
  const query = useInfiniteQuery(pagesQuery(path, ...args));
  const items = useMemo(
    () => (query.data?.pages ?? []).flatMap((page) => (page as Page<Item<P>>).items),
    [query.data],
  );
  return { query, items };
}

/** Every item of a list that is known to be short enough to be had whole, as all sites. */
export function everyQuery<P extends GetPath>(path: P, ...[params]: Args<P>) {
  return queryOptions<Item<P>[], ApiProblem>({
    queryKey: [path, params ?? {}, 'every'],
    queryFn: async ({ signal }) => {
      const items: Item<P>[] = [];
      let cursor: string | null = null;
      do {
        const query = { limit: 200, ...params?.query, ...(cursor === null ? {} : { cursor }) };
        const page = (await get(path, { ...params, query } as Params<P>, signal)) as Page<Item<P>>;
        items.push(...page.items);
        cursor = page.next_cursor ?? null;
      } while (cursor !== null);
      return items;
    },
  });
}

/** Fetch anew what is on the screen and below this path, as `/api/v1/sites`. */
export function refresh(client: QueryClient, path: string): Promise<void> {
  return client.invalidateQueries({
    predicate: ({ queryKey }) => typeof queryKey[0] === 'string' && queryKey[0].startsWith(path),
  });
}
