import { useQuery } from '@tanstack/react-query';

import { apiQuery } from '~/api/query';

/** The groups of a phonebook with how many contacts each has. Counting takes a while in large ones, so only on demand. */
export function useGroups(phonebookId: string, isWanted = true) {
  const path = { phonebook_id: phonebookId };
  return useQuery({ ...apiQuery('/api/v1/phonebooks/{phonebook_id}/groups', { path }), enabled: isWanted });
}

export function useGroupNames(phonebookId: string, isWanted = true): string[] {
  return useGroups(phonebookId, isWanted).data?.items.map(({ name }) => name) ?? [];
}
