import { Anchor, Button, Card, Group, Loader, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { CircleCheck } from 'lucide-react';
import { lazy, Suspense } from 'react';

import { useApi } from '~/api/query';
import type { Service } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { Loaded, LoadingLines } from '~/shared/Loaded';
import { paths } from '~/shared/paths';
import { ProblemBox } from '~/shared/problems/ProblemBox';
import { Note } from '~/shared/vendor/Note';
import { useDecision, useService } from '~/shared/vendor/useDecision';

import type { About } from './about';
import { Guide } from './Guide';
import classes from './guide.module.css';
import { texts } from './texts';

const ServiceForm = lazy(() => import('~/shared/vendor/ServiceForm'));

/** The third step: the vendor service of the phones that there are. */
export function ServiceStep({ phonebook, siteName }: About) {
  const t = useTexts(texts);
  const services = useApi('/api/v1/phonebooks/{phonebook_id}/services', { path: { phonebook_id: phonebook.id } });
  const isDone = services.data?.items.some(({ state }) => state === 'enabled') ?? false;
  return (
    <Guide
      step="service"
      siteName={siteName}
      phonebookId={phonebook.id}
      title={t.serviceTitle}
      about={t.serviceAbout}
      isDone={isDone}
    >
      <Loaded query={services}>
        {({ items }) =>
          items.length === 0 ? (
            <Note tone="warn">{t.serviceNone}</Note>
          ) : (
            <Stack gap="sm">
              {items.map(({ slug }) => (
                <OneService key={slug} phonebookId={phonebook.id} slug={slug} />
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Guide>
  );
}

function OneService({ phonebookId, slug }: { phonebookId: string; slug: string }) {
  return (
    <Loaded query={useService(phonebookId, slug)} loading={<LoadingLines rows={1} />}>
      {(service) => (
        <Card withBorder component="article" aria-label={service.label}>
          <Standing phonebookId={phonebookId} service={service} />
        </Card>
      )}
    </Loaded>
  );
}

function Standing({ phonebookId, service }: { phonebookId: string; service: Service }) {
  const t = useTexts(texts);
  const decide = useDecision(phonebookId, service.slug);
  const { label, state, settled } = service;
  if (state === 'unavailable') {
    return (
      <Stack gap={4}>
        <Title order={3}>{label}</Title>
        <Text size="sm">{t.serviceDown(label)}</Text>
        <Anchor component={Link} to={paths.phonebook(phonebookId, 'services', service.slug)} size="sm">
          {t.serviceWhy}
        </Anchor>
      </Stack>
    );
  }
  if (!settled || decide.isPending) {
    return (
      <Group gap="sm" role="status">
        <Loader size="sm" aria-hidden />
        <Text>{t.serviceWaiting(label)}</Text>
      </Group>
    );
  }
  if (state === 'enabled') {
    return (
      <Group gap="sm" role="status">
        <CircleCheck size={22} color="var(--app-good)" aria-hidden />
        <Text fw={600}>{t.serviceOn(label)}</Text>
      </Group>
    );
  }
  if (state === 'setup') {
    return (
      <Stack gap="sm">
        <Title order={3}>{t.serviceSettings}</Title>
        <Suspense fallback={<LoadingLines />}>
          <ServiceForm
            phonebookId={phonebookId}
            service={service}
            submit={t.serviceTurnOn(label)}
            onDone={() => undefined}
          />
        </Suspense>
      </Stack>
    );
  }
  return (
    <Stack gap="sm">
      <div className={classes.service}>
        <Title order={3}>{label}</Title>
        <Button onClick={() => decide.mutate({ on: true })}>{t.serviceTurnOn(label)}</Button>
      </div>
      {decide.error && <ProblemBox error={decide.error} />}
    </Stack>
  );
}
