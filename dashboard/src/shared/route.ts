import { useLocation, useNavigate, useParams } from '@tanstack/react-router';
import { useCallback } from 'react';

/** A part of the address, as `siteId` of `/sites/$siteId`. */
export function useParam(name: string): string {
  return useOptionalParam(name) ?? '';
}

export function useOptionalParam(name: string): string | undefined {
  const params: Readonly<Record<string, string | undefined>> = useParams({ strict: false });
  return params[name];
}

/** What comes behind the tab in the address, empty for the tab itself: `yealink` in `/phonebooks/1/services/yealink`. */
export function useRest(): string {
  return useOptionalParam('_splat') ?? '';
}

/** A value in the query of the address, as a search text, with what changes it without a new entry in the history. */
export function useSearchValue(name: string): [value: string, set: (value: string) => void] {
  const values: Readonly<Record<string, unknown>> = useLocation().search;
  const value = values[name];
  const navigate = useNavigate();
  const set = useCallback(
    (next: string) => {
      const search = (before: Record<string, unknown>) => ({ ...before, [name]: next || undefined });
      void navigate({ to: '.', search: search as never, replace: true });
    },
    [name, navigate],
  );
  return [value === undefined ? '' : String(value), set];
}
