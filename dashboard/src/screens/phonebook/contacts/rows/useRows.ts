import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef } from 'react';

import { api, sent } from '~/api/client';
import type { ApiProblem } from '~/api/problem';
import type { Contact, ContactSort } from '~/api/types';

import {
  aged,
  type Ask,
  askAgain,
  countRows,
  firstRows,
  loaded,
  PAGE,
  pagesBetween,
  type Rows,
  withContact,
  withFresh,
  without,
  withPage,
} from './rows';

const PATH = '/api/v1/phonebooks/{phonebook_id}/contacts';
/** Rows that are loaded beyond those in sight. */
const AHEAD = 300;

export interface Listing {
  search: string;
  group: string;
  sort: ContactSort | null;
}

export interface RowSource {
  /** The contacts that are loaded, from the first one on. */
  contacts: readonly Contact[];
  /** How many rows there are to make room for. */
  count: number;
  /** How many there are; null when that is not known. */
  total: number | null;
  error: ApiProblem | null;
  isPending: boolean;
  /** What is shown is still the answer to what was asked before. */
  isBehind: boolean;
  refetch: () => unknown;
  /** These rows are in sight: have them and some more loaded. */
  show: (from: number, to: number) => void;
  put: (contact: Contact) => void;
  drop: (ids: ReadonlySet<string>) => void;
  /** Every contact of the listing. */
  loadAll: () => Promise<readonly Contact[]>;
}

/**
 * The contacts of a phonebook as a long list: what is in sight is loaded, and looked at anew when something changed; the
 * rest comes when it is scrolled to.
 */
export function useRows(phonebookId: string, { search, group, sort }: Listing): RowSource {
  const client = useQueryClient();
  const params = useMemo(
    () => ({ path: { phonebook_id: phonebookId }, query: { search, group, ...(sort && { sort }) } }),
    [phonebookId, search, group, sort],
  );
  const key = useMemo(() => [PATH, params, 'rows'] as const, [params]);
  const sight = useRef({ from: 0, to: 0 });
  const work = useRef<{ key: unknown; promise: Promise<void> } | null>(null);

  const ask = useCallback(
    (signal?: AbortSignal): Ask =>
      (cursor, limit) =>
        sent(
          api.GET(PATH, {
            params: { ...params, query: { ...params.query, limit, ...(cursor === null ? {} : { cursor }) } },
            signal,
          }),
        ),
    [params],
  );
  const change = useCallback(
    (how: (rows: Rows) => Rows) => client.setQueryData<Rows>(key, (rows) => rows && how(rows)),
    [client, key],
  );

  const query = useQuery<Rows, ApiProblem>({
    queryKey: key,
    queryFn: async ({ signal }) => {
      const before = client.getQueryData<Rows>(key);
      if (before === undefined) return firstRows(ask(signal));
      const { from, to } = sight.current;
      const first = before.pages.slice(0, 1);
      const pages = [...new Set([...first, ...pagesBetween(before, from, to)])];
      const answers = await Promise.all(pages.map((page) => askAgain(page, ask(signal))));
      // Meanwhile more may have been loaded, so the newest rows are put right, not those from before.
      let rows = aged(client.getQueryData<Rows>(key) ?? before);
      pages.forEach(({ cursor }, n) => {
        const answer = answers[n];
        if (answer) rows = withFresh(rows, cursor, answer);
      });
      return rows;
    },
    placeholderData: keepPreviousData,
    structuralSharing: false,
    gcTime: 60_000,
  });

  /** Load what is wanted, a page after the other. */
  const fill = useCallback(
    (until: () => number): Promise<void> => {
      if (work.current?.key === key) return work.current.promise;
      const run = async () => {
        for (;;) {
          const rows = client.getQueryData<Rows>(key);
          if (rows === undefined || work.current?.key !== key) return;
          const { from, to } = sight.current;
          const old = pagesBetween(rows, from, to).find(({ isOld }) => isOld);
          if (old) {
            const answer = await askAgain(old, ask());
            change((now) => withFresh(now, old.cursor, answer));
            continue;
          }
          const { next } = rows;
          if (next === null || rows.pages.reduce((sum, { items }) => sum + items.length, 0) >= until()) return;
          const answer = await ask()(next, PAGE);
          change((now) => withPage(now, next, answer));
        }
      };
      const promise: Promise<void> = Promise.resolve()
        .then(run)
        .finally(() => {
          if (work.current?.promise === promise) work.current = null;
        });
      work.current = { key, promise };
      return promise;
    },
    [client, key, ask, change],
  );

  const fillSight = useCallback(() => {
    // What fails here is asked for again with the next scrolling; the first page shows failures.
    fill(() => sight.current.to + AHEAD).catch(() => undefined);
  }, [fill]);

  const { data, isPlaceholderData } = query;
  useEffect(() => {
    if (data !== undefined && !isPlaceholderData) fillSight();
  }, [data, isPlaceholderData, fillSight]);
  useEffect(
    () => () => {
      work.current = null;
    },
    [key],
  );

  const show = useCallback(
    (from: number, to: number) => {
      sight.current = { from, to };
      fillSight();
    },
    [fillSight],
  );
  const put = useCallback((contact: Contact) => void change((rows) => withContact(rows, contact)), [change]);
  const drop = useCallback((ids: ReadonlySet<string>) => void change((rows) => without(rows, ids)), [change]);
  const loadAll = useCallback(async () => {
    while (client.getQueryData<Rows>(key)?.next != null) await fill(() => Infinity);
    return loaded(client.getQueryData<Rows>(key) ?? { pages: [], next: null, total: 0 });
  }, [client, key, fill]);

  const contacts = useMemo(() => (data ? loaded(data) : []), [data]);
  return {
    contacts,
    count: data ? countRows(data, contacts.length) : 0,
    total: data ? (data.next === null ? contacts.length : data.total) : null,
    error: query.error,
    isPending: query.isPending,
    isBehind: isPlaceholderData,
    refetch: query.refetch,
    show,
    put,
    drop,
    loadAll,
  };
}
