import { Button, Card, CopyButton, Stack, Text, Title } from '@mantine/core';
import { Check, Copy } from 'lucide-react';

import { usePhonebook } from '~/api/current';
import { useApi } from '~/api/query';
import { useTexts } from '~/i18n/texts';
import { texts as common } from '~/shared/texts';
import type { Access } from '~/shared/vendor/AccessValues';
import { DOTS } from '~/shared/vendor/CopyLine';
import { useService } from '~/shared/vendor/useDecision';

import classes from './phones.module.css';
import { curlLine } from './curlLine';
import { texts } from './texts';

/** A line that fetches the phonebook as a phone does, to be tried from where the phones are. */
export function TestLine() {
  const t = useTexts(texts);
  const { id } = usePhonebook();
  const { data } = useApi('/api/v1/phonebooks/{phonebook_id}/services', { path: { phonebook_id: id } });
  const service = data?.items.find(({ state }) => state === 'enabled');
  return (
    <Card withBorder component="section" aria-label={t.testTitle}>
      <Stack gap="xs" align="stretch">
        <Title order={2}>{t.testTitle}</Title>
        {service ? (
          <LineOf slug={service.slug} />
        ) : (
          <Text size="sm" c="dimmed">
            {t.testOff}
          </Text>
        )}
      </Stack>
    </Card>
  );
}

function LineOf({ slug }: { slug: string }) {
  const { id } = usePhonebook();
  const { data } = useService(id, slug);
  return data?.access ? <Line access={data.access} /> : null;
}

function Line({ access }: { access: Access }) {
  const t = useTexts(texts);
  const c = useTexts(common);
  return (
    <>
      <Text size="sm" c="dimmed">
        {t.testAbout} {access.password === null && t.testViewer}
      </Text>
      <pre className={classes.command} tabIndex={0} role="region" aria-label={t.testCommand}>
        {curlLine(access, DOTS)}
      </pre>
      <CopyButton value={curlLine(access, access.password)} timeout={2000}>
        {({ copied, copy }) => (
          <Button
            variant="default"
            className={classes.start}
            leftSection={copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
            onClick={copy}
          >
            {copied ? c.copied : t.testCopy}
          </Button>
        )}
      </CopyButton>
    </>
  );
}
