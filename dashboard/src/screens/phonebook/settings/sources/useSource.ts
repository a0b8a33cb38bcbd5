import { useMutation, useQueryClient } from '@tanstack/react-query';

import { api, sent } from '~/api/client';
import type { Source } from '~/api/types';

const PATH = '/api/v1/phonebooks/{phonebook_id}/sources/{source_id}';

/** Has a source read now; `accept` also removes here what is gone there, however much that is. */
export function useSync({ id: source_id, phonebook_id }: Source) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (accept_removals: boolean) =>
      sent(api.POST('/api/v1/phonebooks/{phonebook_id}/sources/{source_id}/sync', { params: { path: { phonebook_id, source_id } }, body: { accept_removals } })),
    onSettled: () => client.invalidateQueries(),
  });
}

/** Pauses or resumes a source. */
export function usePause({ id: source_id, phonebook_id, version }: Source) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (paused: boolean) =>
      sent(
        api.PATCH(PATH, {
          params: { path: { phonebook_id, source_id }, header: { 'If-Match': `"${version}"` } },
          body: { paused },
        }),
      ),
    onSettled: () => client.invalidateQueries(),
  });
}
