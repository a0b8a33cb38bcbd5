import { useQuery } from '@tanstack/react-query';

import { api, sent } from '~/api/client';
import { problemOf } from '~/api/problem';
import type { Contact } from '~/api/types';

export interface Stored {
  /** The contact as it is stored now; null: it is deleted. */
  contact: Contact | null;
  /** Who changed it last, and when. */
  actor: string | null;
  at: string | null;
}

/** What is stored of a contact that somebody else changed, and who that was. */
export function useStored(contact_id: string) {
  return useQuery({
    // Looked at once, when the dialog opens; saving checks again.
    queryKey: ['/api/v1/contacts/{contact_id}', { path: { contact_id } }, 'resolve'],
    queryFn: async (): Promise<Stored> => {
      const path = { contact_id };
      const [contact, newest] = await Promise.all([
        sent(api.GET('/api/v1/contacts/{contact_id}', { params: { path } })).catch((error: unknown) => {
          if (problemOf(error).isMissing) return null;
          throw error;
        }),
        sent(api.GET('/api/v1/contacts/{contact_id}/versions', { params: { path, query: { limit: 1 } } })).then(
          ({ items }) => items[0],
          () => undefined,
        ),
      ]);
      return { contact, actor: newest?.actor ?? null, at: newest?.at ?? null };
    },
    gcTime: 0,
  });
}
