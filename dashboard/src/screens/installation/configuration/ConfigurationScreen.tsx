import { Badge, Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { LifeBuoy } from 'lucide-react';
import type { ReactNode } from 'react';

import { useApi } from '~/api/query';
import type { Configuration } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { Loaded } from '~/shared/Loaded';
import { Moment } from '~/shared/Moment';
import { PageHeader } from '~/shared/PageHeader';
import { tellDone } from '~/shared/toasts';

import classes from './configuration.module.css';
import { Findings } from './Findings';
import { Marked } from './Marked';
import { sizeOf, summaryOf } from './summary';
import { texts } from './texts';

export default function ConfigurationScreen() {
  const t = useTexts(texts);
  const query = useApi('/api/v1/configuration');
  const clipboard = useClipboard();
  const { data } = query;
  const copy = data && (
    <Button
      variant="default"
      leftSection={<LifeBuoy size={16} aria-hidden />}
      onClick={() => {
        clipboard.copy(summaryOf(data));
        tellDone(t.supportDone);
      }}
    >
      {t.support}
    </Button>
  );
  return (
    <>
      <PageHeader title={t.title} about={t.about} actions={copy} />
      <Loaded query={query}>
        {(configuration) => (
          <Stack gap="md">
            <section>
              <Title order={2} mb="xs">
                {t.findings}
              </Title>
              <Findings findings={configuration.findings} />
            </section>
            <Facts configuration={configuration} />
            <Card withBorder component="section" padding="lg">
              <Title order={2} mb="sm">
                {t.options}
              </Title>
              <ul className={classes.options}>
                {configuration.options.map((option) => (
                  <Option key={option.name} option={option} />
                ))}
              </ul>
            </Card>
          </Stack>
        )}
      </Loaded>
    </>
  );
}

function Facts({ configuration: { version, python, started_at, database } }: { configuration: Configuration }) {
  const t = useTexts(texts);
  const { number } = useFormat();
  return (
    <Card withBorder component="section" padding="lg">
      <Title order={2} mb="sm">
        {t.server}
      </Title>
      <dl className={classes.facts}>
        <Fact name={t.version}>{version}</Fact>
        <Fact name={t.python}>{python}</Fact>
        <Fact name={t.started}>
          <Moment at={started_at} />
        </Fact>
        <Fact name={t.database}>{database.path}</Fact>
        <Fact name={t.size}>{sizeOf(database.bytes, number)}</Fact>
        <Fact name={t.free}>{sizeOf(database.free_bytes, number)}</Fact>
        <Fact name={t.schema}>{database.schema}</Fact>
      </dl>
    </Card>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Option({ option }: { option: Configuration['options'][number] }) {
  const t = useTexts(texts);
  const { name, value, source, secret, doc, default: otherwise, example } = option;
  return (
    <li className={classes.option}>
      <Group gap="xs">
        <Text span className={classes.name}>
          {name}
        </Text>
        <Badge variant={source === 'default' ? 'default' : 'light'} size="sm" tt="none" fw={500}>
          {t[source]}
        </Badge>
        {secret && (
          <Badge variant="light" color="orange" size="sm" tt="none" fw={500}>
            {t.secret}
          </Badge>
        )}
      </Group>
      <Text className={classes.value} my={4}>
        {value || t.empty}
      </Text>
      <Text size="sm" c="dimmed">
        <Marked text={doc} />
      </Text>
      {source === 'default' && (
        <Text size="sm" c="dimmed">
          {t.example} <code>{example}</code>
        </Text>
      )}
      {source !== 'default' && (
        <Text size="sm" c="dimmed">
          {t.defaultIs} <Marked text={otherwise} />
        </Text>
      )}
    </li>
  );
}
