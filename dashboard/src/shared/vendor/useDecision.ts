import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import { api, sent } from '~/api/client';
import { apiQuery, refresh } from '~/api/query';
import type { Service } from '~/api/types';

/** While something is under way the service is asked how it stands, should the event that tells it get lost. */
const UNDER_WAY_MS = 2_000;

const PATH = '/api/v1/phonebooks/{phonebook_id}/services/{slug}';

/** How a vendor service stands to a phonebook. */
export function useService(phonebookId: string, slug: string) {
  return useQuery({
    ...apiQuery(PATH, { path: { phonebook_id: phonebookId, slug } }),
    refetchInterval: ({ state }) => (state.data?.settled === false ? UNDER_WAY_MS : false),
  });
}

export interface Decision {
  on: boolean;
  settings?: Record<string, unknown>;
}

/** Turns a service on or off, or changes its settings. The screen itself says what went wrong. */
export function useDecision(phonebookId: string, slug: string, onDone?: (service: Service, decision: Decision) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Decision) =>
      sent(api.PUT(PATH, { params: { path: { phonebook_id: phonebookId, slug } }, body })),
    meta: { inPlace: true },
    onSuccess: (service, decision) => {
      client.setQueryData(apiQuery(PATH, { path: { phonebook_id: phonebookId, slug } }).queryKey, service);
      void refresh(client, `/api/v1/phonebooks/{phonebook_id}`);
      onDone?.(service, decision);
    },
  });
}
