import { Skeleton, Stack, VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';

import { useTexts } from '~/i18n/texts';

import { ProblemBox } from './problems/ProblemBox';
import { texts } from './texts';

/** What TanStack Query says of a query, as far as it is shown. */
interface Query<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

interface Props<T> {
  query: Query<T>;
  children: (data: T) => ReactNode;
  /** In place of grey lines while it loads. */
  loading?: ReactNode;
}

/** The three states of whatever is fetched: loading, failed with a way to try again, there. */
export function Loaded<T>({ query, children, loading }: Props<T>) {
  if (query.data !== undefined) return children(query.data);
  if (query.isPending) return loading ?? <LoadingLines />;
  return <ProblemBox error={query.error} onRetry={() => void query.refetch()} />;
}

/** Grey lines where text will be. */
export function LoadingLines({ rows = 4 }: { rows?: number }) {
  const t = useTexts(texts);
  return (
    <Stack gap="sm" aria-busy="true">
      <VisuallyHidden role="status">{t.loading}</VisuallyHidden>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={18} width={`${92 - ((row * 17) % 40)}%`} />
      ))}
    </Stack>
  );
}
