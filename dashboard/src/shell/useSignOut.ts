import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';

import { api } from '~/api/client';
import { paths } from '~/shared/paths';
import { keepChoices } from '~/shared/remembered';

/** Ends the session, forgets what was fetched, and shows the way in. */
export function useSignOut(): () => void {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { mutate } = useMutation({
    mutationFn: () => api.DELETE('/api/v1/session'),
    onSuccess: async () => {
      keepChoices();
      await navigate({ to: paths.signIn });
      client.clear();
    },
  });
  return () => mutate();
}
