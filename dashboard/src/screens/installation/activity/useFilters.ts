import { useLocation, useNavigate } from '@tanstack/react-router';

import type { Filters } from './filters';

const NAMES = ['actor', 'action', 'site', 'time', 'from', 'to'] as const satisfies readonly (keyof Filters)[];

/** The filters in the address, so that what is seen can be linked to, and what changes them. */
export function useFilters(): [filters: Filters, change: (changes: Partial<Filters>) => void] {
  const search: Readonly<Record<string, unknown>> = useLocation().search;
  const navigate = useNavigate();
  const text = (name: keyof Filters) => String(search[name] ?? '');
  const filters = Object.fromEntries(NAMES.map((name) => [name, text(name)])) as Record<keyof Filters, string>;
  const change = (changes: Partial<Filters>) =>
    void navigate({ to: '.', search: { ...filters, ...changes } as never, replace: true });
  return [filters, change];
}
