import { useMutation, useQueryClient } from '@tanstack/react-query';

import { api, sent } from '~/api/client';
import { problemOf } from '~/api/problem';
import { apiQuery } from '~/api/query';
import type { Phonebook } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { tellDone } from '~/shared/toasts';

import { texts } from './texts';

type Change = Partial<Pick<Phonebook, 'name' | 'region' | 'output'>>;

/** Changes the phonebook, unless somebody else did so since it was looked at. The screen itself says what went wrong. */
export function useChange({ id, version }: Phonebook) {
  const t = useTexts(texts);
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Change) =>
      sent(
        api.PATCH('/api/v1/phonebooks/{phonebook_id}', {
          params: { path: { phonebook_id: id }, header: { 'If-Match': `"${version}"` } },
          body,
        }),
      ),
    meta: { inPlace: true },
    onSuccess: (phonebook) => {
      client.setQueryData(apiQuery('/api/v1/phonebooks/{phonebook_id}', { path: { phonebook_id: id } }).queryKey, phonebook);
      void client.invalidateQueries();
      tellDone(t.saved);
    },
    onError: (error) => {
      if (problemOf(error).isChangedMeanwhile) void client.invalidateQueries();
    },
  });
}
