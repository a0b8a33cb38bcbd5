import { MutationCache, QueryClient } from '@tanstack/react-query';

import { problemOf } from '~/api/problem';

declare module '@tanstack/react-query' {
  interface Register {
    mutationMeta: {
      /** The screen itself says what went wrong, so no toast does. */
      inPlace?: boolean;
    };
  }
}

const SECOND = 1000;

/** What the pages know. Live events mark it as old; without them it is looked at anew after half a minute. */
export function makeQueryClient(tellFailure: (error: unknown) => void): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30 * SECOND,
        retry: (count, error) => {
          const { status } = problemOf(error);
          return count < 2 && (status === 0 || status === 502 || status === 503);
        },
        retryDelay: (count) => Math.min(8, 2 ** count) * SECOND,
      },
    },
    mutationCache: new MutationCache({
      onError: (error, _variables, _result, mutation) => {
        if (!mutation.meta?.inPlace) tellFailure(error);
      },
    }),
  });
}
