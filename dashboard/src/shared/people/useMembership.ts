import { useMutation, useQueryClient } from '@tanstack/react-query';

import { api, sent } from '~/api/client';
import type { Member, Role } from '~/api/types';

export interface Membership {
  site: string;
  user: string;
}

/** Giving somebody a role in a site, and taking it away. What the server says against it is at `give.error` and `take.error`. */
export function useMembership() {
  const client = useQueryClient();
  const onSuccess = () => void client.invalidateQueries();
  const give = useMutation({
    mutationFn: ({ site, user, role }: Membership & { role: Role }): Promise<Member> =>
      sent(
        api.PUT('/api/v1/sites/{site_id}/members/{user_id}', {
          params: { path: { site_id: site, user_id: user } },
          body: { role },
        }),
      ),
    meta: { inPlace: true },
    onSuccess,
  });
  const take = useMutation({
    mutationFn: ({ site, user }: Membership) =>
      sent(
        api.DELETE('/api/v1/sites/{site_id}/members/{user_id}', { params: { path: { site_id: site, user_id: user } } }),
      ),
    meta: { inPlace: true },
    onSuccess,
  });
  return { give, take };
}
