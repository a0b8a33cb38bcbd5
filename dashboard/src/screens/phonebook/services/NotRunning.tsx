import { Card, Code, Stack, Text, Title } from '@mantine/core';
import { Unplug } from 'lucide-react';

import { useAccount } from '~/api/account';
import { BASE } from '~/api/client';
import type { Service } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { CopyBlock } from '~/shared/CopyBlock';
import { Note } from '~/shared/vendor/Note';

import classes from './services.module.css';
import { texts } from './texts';

/** A service that is not linked: since when, what that means for the phones, and how it comes back. */
export function NotRunning({ service: { slug, label, on, seen_at } }: { service: Service }) {
  const t = useTexts(texts);
  const format = useFormat();
  const { is_admin } = useAccount();
  const when = `${format.ago(seen_at)} (${format.moment(seen_at)})`;
  return (
    <Stack gap="md">
      <Note tone={on ? 'bad' : 'warn'} icon={Unplug} title={t.downTitle(label)}>
        {on ? t.downOn(when) : t.downOff(when)}
      </Note>
      <Card withBorder component="section" aria-label={t.downWhat} padding="lg">
        <Stack gap="sm">
          <Title order={3}>{t.downWhat}</Title>
          {!is_admin && <Text size="sm">{t.downOther}</Text>}
          <Text fw={600}>{t.downHosted}</Text>
          <ol className={classes.steps}>
            {[t.downHosted1(slug), t.downHosted2(slug), t.downHosted3].map((step) => (
              <Text component="li" size="sm" key={step}>
                {step}
              </Text>
            ))}
          </ol>
          <Text fw={600}>{t.downOwn}</Text>
          <ol className={classes.steps}>
            <Text component="li" size="sm">
              {t.downOwn1}
              <Commands slug={slug} />
            </Text>
            <Text component="li" size="sm">
              {t.downOwn2} <Code>{window.location.origin + BASE}</Code>
            </Text>
          </ol>
          <Text size="sm" c="dimmed">
            {t.downLive}
          </Text>
        </Stack>
      </Card>
    </Stack>
  );
}

function Commands({ slug }: { slug: string }) {
  const t = useTexts(texts);
  const lines = `phonebook service token ${slug}   # ${t.onServer}
PHONEBOOK_SERVER_URL=${window.location.origin}${BASE} PHONEBOOK_SERVICE_TOKEN=… phonebook-${slug}`;
  return <CopyBlock label={t.downOwn1} text={lines} />;
}
