import { useLocation, useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo } from 'react';

import { paths } from '~/shared/paths';
import { useRest, useSearchValue } from '~/shared/route';

import type { Listing } from './rows/useRows';
import { isSort } from './table/columns';

export interface ListingState {
  listing: Listing;
  setSearch: (search: string) => void;
  setGroup: (group: string) => void;
  setSort: (sort: string) => void;
  clear: () => void;
}

/** What is asked of the list; it stands in the address, so that it can be sent to somebody. */
export function useListing(): ListingState {
  const [search, setSearch] = useSearchValue('search');
  const [group, setGroup] = useSearchValue('group');
  const [sort, setSort] = useSearchValue('sort');
  const navigate = useNavigate();
  const listing = useMemo(() => ({ search, group, sort: isSort(sort) ? sort : null }), [search, group, sort]);
  const clear = useCallback(() => void navigate({ to: '.', search: {} as never, replace: true }), [navigate]);
  return { listing, setSearch, setGroup, setSort, clear };
}

/** The contact whose panel is open: its id, `new`, or null. Going back closes it. */
export function useOpened(phonebookId: string): { opened: string | null; open: (id: string) => void; close: () => void } {
  const rest = useRest();
  const { search }: { search: Readonly<Record<string, unknown>> } = useLocation();
  const opened = typeof search['contact'] === 'string' ? search['contact'] : null;
  const navigate = useNavigate();
  const go = useCallback(
    (contact: string | undefined, replace: boolean) => {
      const next = (before: Record<string, unknown>) => ({ ...before, contact });
      void navigate({ to: paths.phonebook(phonebookId), search: next as never, replace });
    },
    [navigate, phonebookId],
  );
  // Links elsewhere name the contact in the path. The table is the same, so it only opens the panel.
  useEffect(() => {
    if (rest) go(rest, true);
  }, [rest, go]);
  const open = useCallback((id: string) => go(id, false), [go]);
  const close = useCallback(() => go(undefined, true), [go]);
  return { opened, open, close };
}
