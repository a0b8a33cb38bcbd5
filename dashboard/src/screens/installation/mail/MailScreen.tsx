import { Button, SegmentedControl, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Mail as MailIcon, Send } from 'lucide-react';

import { useAccount } from '~/api/account';
import { api, sent } from '~/api/client';
import { usePages } from '~/api/query';
import { useTexts } from '~/i18n/texts';
import { EmptyState } from '~/shared/EmptyState';
import { Loaded } from '~/shared/Loaded';
import { PageHeader } from '~/shared/PageHeader';
import { useSearchValue } from '~/shared/route';

import { MailTable } from './MailTable';
import { TestMailResult } from './TestMailResult';
import { texts } from './texts';

const STATES = ['queued', 'sent', 'failed'] as const;
type Shown = (typeof STATES)[number];
const ALL = 'all';

function isShown(text: string): text is Shown {
  return STATES.some((state) => state === text);
}

export default function MailScreen() {
  const t = useTexts(texts);
  const { email } = useAccount();
  const [chosen, choose] = useSearchValue('state');
  const state = isShown(chosen) ? chosen : undefined;
  const { query, items } = usePages('/api/v1/mail', { query: { state } });
  const test = useMutation({
    mutationFn: () => sent(api.POST('/api/v1/mail/test', { body: {} })),
    onSuccess: () => void query.refetch(),
  });
  const send = (
    <Button leftSection={<Send size={16} aria-hidden />} loading={test.isPending} onClick={() => test.mutate()}>
      {t.test}
    </Button>
  );
  return (
    <>
      <PageHeader title={t.title} about={t.about} actions={send} />
      <Stack gap="sm">
        {test.data && <TestMailResult id={test.data.id} to={email} />}
        <SegmentedControl
          aria-label={t.filter}
          value={state ?? ALL}
          onChange={(value) => choose(value === ALL ? '' : value)}
          data={[{ value: ALL, label: t.all }, ...STATES.map((value) => ({ value, label: t[value] }))]}
          maw={460}
        />
        <Loaded query={query}>
          {() =>
            items.length > 0 ? (
              <MailTable mails={items} query={query} />
            ) : state ? (
              <Text c="dimmed">{t.emptyFiltered}</Text>
            ) : (
              <EmptyState icon={MailIcon} title={t.emptyTitle}>
                {t.empty}
              </EmptyState>
            )
          }
        </Loaded>
      </Stack>
    </>
  );
}
