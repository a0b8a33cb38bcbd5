import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';

import { apiQuery } from '~/api/query';
import type { User } from '~/api/types';

/** People whose name or address has what was typed, as far as the asker may know of them; none while nothing is typed. */
export function useKnownPeople(typed: string): readonly User[] {
  const [search] = useDebouncedValue(typed, 200);
  const { data } = useQuery({
    ...apiQuery('/api/v1/users', { query: { search, limit: 20 } }),
    placeholderData: keepPreviousData,
    enabled: search !== '',
  });
  return typed === '' ? [] : (data?.items ?? []);
}
