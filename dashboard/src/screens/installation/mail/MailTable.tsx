import { Button, Card, Group, Table, Text, VisuallyHidden } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link2, Send } from 'lucide-react';
import { lazy, Suspense } from 'react';

import { api, sent } from '~/api/client';
import type { Mail } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { Ago } from '~/shared/Moment';
import { RowMenu } from '~/shared/RowMenu';
import { texts as common } from '~/shared/texts';
import { tellDone } from '~/shared/toasts';

import { MailState } from './MailState';
import { texts } from './texts';

const LinkDialog = lazy(() => import('./LinkDialog'));

interface Props {
  mails: readonly Mail[];
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown; refetch: () => unknown };
}

export function MailTable({ mails, query }: Props) {
  const t = useTexts(texts);
  const c = useTexts(common);
  // Asked for once and kept nowhere: each time it is looked at, that is recorded.
  const link = useMutation({
    mutationFn: ({ id }: Mail) => sent(api.GET('/api/v1/mail/{mail_id}/link', { params: { path: { mail_id: id } } })),
  });
  const resend = useMutation({
    mutationFn: ({ id }: Mail) => sent(api.POST('/api/v1/mail/{mail_id}/resend', { params: { path: { mail_id: id } } })),
    onSuccess: () => {
      tellDone(t.resent);
      void query.refetch();
    },
  });
  const actionsOf = (mail: Mail) => [
    ...(mail.state === 'queued' || mail.state === 'failed'
      ? [{ label: t.resend, icon: Send, onClick: () => resend.mutate(mail) }]
      : []),
    ...(mail.has_link ? [{ label: t.copyLink, icon: Link2, onClick: () => link.mutate(mail) }] : []),
  ];
  return (
    <Card withBorder padding={0}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t.mail}</Table.Th>
            <Table.Th visibleFrom="sm">{t.state}</Table.Th>
            <Table.Th visibleFrom="md">{t.answer}</Table.Th>
            <Table.Th>{t.when}</Table.Th>
            <Table.Th w={48}>
              <VisuallyHidden>{c.actions}</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {mails.map((mail) => (
            <Table.Tr key={mail.id}>
              <Table.Td>
                <Text size="sm" fw={600}>
                  {mail.subject}
                </Text>
                <Text size="sm" c="dimmed">
                  {mail.to}
                </Text>
                <Text component="div" hiddenFrom="sm">
                  <MailState state={mail.state} />
                </Text>
              </Table.Td>
              <Table.Td visibleFrom="sm">
                <MailState state={mail.state} />
                {mail.attempts > 1 && (
                  <Text size="xs" c="dimmed">
                    {t.attempts(mail.attempts)}
                  </Text>
                )}
              </Table.Td>
              <Table.Td visibleFrom="md" maw={340}>
                <Text size="sm" lineClamp={2} title={mail.answer}>
                  {mail.answer}
                </Text>
              </Table.Td>
              <Table.Td>
                <Ago at={mail.sent_at ?? mail.created_at} />
              </Table.Td>
              <Table.Td>
                <RowMenu of={mail.subject} actions={actionsOf(mail)} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {query.hasNextPage && (
        <Group p="xs" justify="center">
          <Button
            size="xs"
            variant="default"
            loading={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            {c.more}
          </Button>
        </Group>
      )}
      {link.data && (
        <Suspense>
          <LinkDialog to={link.variables.to} link={link.data} onClose={link.reset} />
        </Suspense>
      )}
    </Card>
  );
}
