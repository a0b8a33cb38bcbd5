import { Button, Container } from '@mantine/core';
import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router';

import { problemOf, UNREACHABLE } from '~/api/problem';
import { useTexts } from '~/i18n/texts';
import { LoadingLines } from '~/shared/Loaded';
import { PageHeader } from '~/shared/PageHeader';
import { paths } from '~/shared/paths';
import { ProblemBox } from '~/shared/problems/ProblemBox';
import { texts } from '~/shared/texts';

/** An address that leads nowhere, or to what is gone. */
export function NotFound() {
  const t = useTexts(texts);
  return (
    <Container size="sm" py="xl">
      <PageHeader title={t.notFoundTitle} about={t.notFound} />
      <Button component={Link} to={paths.sites}>
        {t.toSites}
      </Button>
    </Container>
  );
}

/** Part of the page broke, or what it needs could not be had; the rest of it lives on. */
export function WentWrong({ error, reset }: ErrorComponentProps) {
  const t = useTexts(texts);
  const router = useRouter();
  const problem = problemOf(error);
  if (problem.isMissing) return <NotFound />;
  return (
    <Container size="sm" py="md">
      <PageHeader title={t.wrongTitle} />
      <ProblemBox
        error={error}
        onRetry={() => {
          // A part of the page that did not come is not asked for again without a reload.
          if (problem.code === UNREACHABLE) window.location.reload();
          reset();
          void router.invalidate();
        }}
      />
    </Container>
  );
}

/** What is needed for the page is on its way. */
export function Waiting() {
  return (
    <Container size="sm" py="xl">
      <LoadingLines />
    </Container>
  );
}
