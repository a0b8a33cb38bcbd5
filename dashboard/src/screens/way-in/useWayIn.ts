import { type UseFormReturnType } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';

import { type ApiProblem, problemOf } from '~/api/problem';
import { paths } from '~/shared/paths';
import { useFieldProblems } from '~/shared/problems/fields';

/** The secret of a link: what is behind the `#`, which browsers keep to themselves. */
export function useLinkToken(): string {
  return useLocation().hash;
}

interface Options<V> {
  send: (values: V) => Promise<unknown>;
  onDone: () => void;
  /** May take the failure over; then nothing is shown. */
  onFailure?: (problem: ApiProblem) => boolean;
}

/** Sends a form: complaints go to their fields, what is left is `problem`. */
export function useSending<V extends Record<string, unknown>>(
  form: UseFormReturnType<V>,
  { send, onDone, onFailure }: Options<V>,
) {
  const putProblems = useFieldProblems();
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const { mutate, isPending } = useMutation({
    mutationFn: send,
    meta: { inPlace: true },
    onMutate: () => setProblem(null),
    onSuccess: onDone,
    onError: (error) => {
      if (!onFailure?.(problemOf(error))) setProblem(putProblems(form, error));
    },
  });
  return { problem, isBusy: isPending, submit: form.onSubmit((values) => mutate(values)) };
}

/** Goes where one wanted to be before the sign-in; only ever to a page of this server. To be called once. */
export function useArrival(): () => void {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { to }: { to?: unknown } = useLocation().search;
  return () => {
    client.clear();
    const wanted = typeof to === 'string' && /^\/[^/\\]/.test(to) ? to : paths.sites;
    const { pathname, searchParams } = new URL(wanted, window.location.origin);
    // Replaced: a link's secret does not stay in the history.
    void navigate({ to: pathname, search: Object.fromEntries(searchParams) as never, replace: true });
  };
}
