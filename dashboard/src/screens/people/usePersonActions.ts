import { useMutation, useQueryClient } from '@tanstack/react-query';

import { api, sent } from '~/api/client';
import type { User } from '~/api/types';

/** What administrators do to somebody. What the server says against it is at each one's `error`. */
export function usePersonActions({ id }: User) {
  const client = useQueryClient();
  const params = { path: { user_id: id } };
  const meta = { inPlace: true };
  const onSuccess = () => void client.invalidateQueries();
  const change = (body: { admin: boolean } | { disabled: boolean }) =>
    sent(api.PATCH('/api/v1/users/{user_id}', { params, body }));
  return {
    makeAdmin: useMutation({ mutationFn: (admin: boolean) => change({ admin }), meta, onSuccess }),
    disable: useMutation({ mutationFn: (disabled: boolean) => change({ disabled }), meta, onSuccess }),
    takeFactor: useMutation({
      mutationFn: () => sent(api.DELETE('/api/v1/users/{user_id}/totp', { params })),
      meta,
      onSuccess,
    }),
    // Nothing is fetched anew before the page of who is gone has been left.
    remove: useMutation({ mutationFn: () => sent(api.DELETE('/api/v1/users/{user_id}', { params })), meta }),
  };
}
