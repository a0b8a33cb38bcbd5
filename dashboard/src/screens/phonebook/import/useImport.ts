import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef } from 'react';

import { api, sent } from '~/api/client';
import { apiQuery } from '~/api/query';
import type { ImportChange, ImportPreview } from '~/api/types';

/** An uploaded file with what importing it would do; working that out again takes a while, so it is done when asked for. */
export function useImport(phonebook_id: string, import_id: string) {
  return useQuery({ ...importQuery(phonebook_id, import_id), staleTime: Infinity, refetchOnWindowFocus: false });
}

export function importQuery(phonebook_id: string, import_id: string) {
  return apiQuery('/api/v1/phonebooks/{phonebook_id}/imports/{import_id}', { path: { phonebook_id, import_id } });
}

/** Have the file read or matched otherwise. Of several changes in a row, the answer to the last one counts. */
export function useImportChange({ id, phonebook_id }: Pick<ImportPreview, 'id' | 'phonebook_id'>) {
  const client = useQueryClient();
  const newest = useRef(0);
  const { mutate, isPending, error, variables } = useMutation({
    mutationFn: async (body: ImportChange) => {
      newest.current += 1;
      const number = newest.current;
      const preview = await sent(
        api.PATCH('/api/v1/phonebooks/{phonebook_id}/imports/{import_id}', {
          params: { path: { phonebook_id, import_id: id } },
          body,
        }),
      );
      return { number, preview };
    },
    meta: { inPlace: true },
    scope: { id: `import ${id}` },
    onSuccess: ({ number, preview }) => {
      if (number === newest.current) client.setQueryData(importQuery(phonebook_id, id).queryKey, preview);
    },
  });
  const change = useCallback((body: ImportChange) => mutate(body), [mutate]);
  return { change, isPending, error, wanted: isPending ? variables : undefined };
}
