import { Alert, Anchor, Card, Group, List, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useId } from 'react';

import { BASE } from '~/api/client';
import type { InstalledService } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { Ago, Moment } from '~/shared/Moment';
import { paths } from '~/shared/paths';
import { State } from '~/shared/State';

import classes from './services.module.css';
import { texts } from './texts';

/** A vendor service as the installation knows it: whether it runs, where, which version; and what to do when it does not. */
export function ServiceCard({ service }: { service: InstalledService }) {
  const t = useTexts(texts);
  const format = useFormat();
  const id = useId();
  const { slug, label, version, sdk, linked, instances, first_seen_at, seen_at } = service;
  const running = instances.length > 1 ? t.runningTimes(instances.length) : t.running;
  const versions = new Set(instances.map((each) => each.version));
  return (
    <Card withBorder component="section" aria-labelledby={id} padding="lg">
      <Stack gap="md">
        <Group justify="space-between" gap="xs">
          <Title order={2} id={id}>
            {label}
          </Title>
          <State tone={linked ? 'good' : 'bad'}>{linked ? running : t.away(format.moment(seen_at))}</State>
        </Group>
        <dl className={classes.facts}>
          <Fact name={t.slug}>{slug}</Fact>
          <Fact name={t.version}>{version}</Fact>
          <Fact name={t.sdk}>{sdk}</Fact>
          <Fact name={t.firstSeen}>
            <Moment at={first_seen_at} />
          </Fact>
          {!linked && (
            <Fact name={t.lastSeen}>
              <Ago at={seen_at} />
            </Fact>
          )}
        </dl>
        {instances.length > 0 && (
          <div>
            <Title order={3} mb={4}>
              {t.instances}
            </Title>
            <ul className={classes.instances}>
              {instances.map(({ instance, origin, since, version: own }) => (
                <li key={instance}>
                  <Text size="sm">
                    <b>{origin === 'hosted' ? t.hosted : t.from(origin)}</b>
                    {` · ${t.version} ${own} · ${t.since} `}
                    <Ago at={since} />
                  </Text>
                  <Text size="xs" c="dimmed" className={classes.id}>
                    {instance}
                  </Text>
                </li>
              ))}
            </ul>
          </div>
        )}
        {versions.size > 1 && <Alert color="orange">{t.versionsDiffer}</Alert>}
        {!linked && <WhatToDo slug={slug} />}
      </Stack>
    </Card>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function WhatToDo({ slug }: { slug: string }) {
  const t = useTexts(texts);
  return (
    <Stack gap="sm" className={classes.what}>
      <Text size="sm">{t.awayAbout}</Text>
      <Title order={3}>{t.what}</Title>
      <div>
        <Text size="sm" fw={600}>
          {t.whatHosted}
        </Text>
        <List size="sm" type="ordered">
          <List.Item>
            {t.hosted1(slug)}{' '}
            <Anchor component={Link} to={paths.installation('configuration')} size="sm" underline="always">
              {t.configuration}
            </Anchor>
          </List.Item>
          <List.Item>{t.hosted2(slug)}</List.Item>
          <List.Item>{t.hosted3}</List.Item>
        </List>
      </div>
      <div>
        <Text size="sm" fw={600}>
          {t.whatOwn}
        </Text>
        <List size="sm" type="ordered">
          <List.Item>{t.own1}</List.Item>
          <List.Item>
            {t.own2}{' '}
            <Anchor component={Link} to={paths.installation('service-tokens')} size="sm" underline="always">
              {t.newToken}
            </Anchor>
          </List.Item>
          <List.Item>{t.own3(window.location.origin + BASE)}</List.Item>
        </List>
      </div>
    </Stack>
  );
}
