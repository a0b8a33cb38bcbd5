import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import { api, sent } from '~/api/client';
import { apiQuery } from '~/api/query';
import type { Job } from '~/api/types';

const EVERY_MS = 500;

export interface FollowedJob {
  job: Job | undefined;
  error: unknown;
  cancel: () => void;
  isCancelling: boolean;
}

/** A job of one's own, looked at until it has ended. */
export function useJob(id: string | null): FollowedJob {
  const client = useQueryClient();
  const options = apiQuery('/api/v1/jobs/{job_id}', { path: { job_id: id ?? '' } });
  const { data, error } = useQuery({
    ...options,
    enabled: id !== null,
    refetchInterval: ({ state }) => (state.data === undefined || state.data.state === 'running' ? EVERY_MS : false),
  });
  const { mutate, isPending } = useMutation({
    mutationFn: (job_id: string) => sent(api.DELETE('/api/v1/jobs/{job_id}', { params: { path: { job_id } } })),
    onSuccess: (job) => client.setQueryData(options.queryKey, job),
  });
  return { job: data, error, cancel: () => id !== null && mutate(id), isCancelling: isPending };
}
