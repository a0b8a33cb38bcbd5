import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';

import { api, sent } from '~/api/client';
import type { NumberCheck } from '~/api/types';

const PATH = '/api/v1/phonebooks/{phonebook_id}/numbers';
const MOST = 100;
const PAUSE_MS = 200;

/** What becomes of numbers while they are typed, by what was typed; empty as long as the server has not said. */
export function useNumberChecks(phonebook_id: string, typed: readonly string[]): ReadonlyMap<string, NumberCheck> {
  const wanted = [...new Set(typed.filter((value) => value.trim()))].slice(0, MOST);
  const [lines] = useDebouncedValue(wanted.join('\n'), PAUSE_MS, { leading: true });
  const path = { phonebook_id };
  const { data } = useQuery({
    queryKey: [PATH, { path, query: { values: lines } }],
    queryFn: async ({ signal }) => {
      const values = lines.split('\n');
      const { items } = await sent(api.POST(PATH, { params: { path }, body: { values }, signal }));
      return values.map((value, n) => [value, items[n]] as const);
    },
    enabled: lines !== '',
    retry: false,
    placeholderData: keepPreviousData,
  });
  return new Map((data ?? []).flatMap(([value, check]) => (check ? [[value, check] as const] : [])));
}
