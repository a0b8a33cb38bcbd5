import { Badge, Button, Card, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { GitMerge, Sparkles } from 'lucide-react';

import { api, sent } from '~/api/client';
import { refresh, usePages } from '~/api/query';
import type { Contact, Duplicates as Similar } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { calledName } from '~/shared/contacts/naming';
import { EmptyState } from '~/shared/EmptyState';
import { Loaded } from '~/shared/Loaded';
import { paths } from '~/shared/paths';
import { tellDone } from '~/shared/toasts';
import { texts as common } from '~/shared/texts';

import { texts } from './texts';

const PATH = '/api/v1/phonebooks/{phonebook_id}/duplicates';

/** Contacts that are probably the same, group by group. */
export default function Duplicates({ phonebookId }: { phonebookId: string }) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const format = useFormat();
  const client = useQueryClient();
  const path = { phonebook_id: phonebookId };
  const { query, items } = usePages(PATH, { path, query: { limit: 20 } });
  const dismiss = useMutation({
    mutationFn: (contacts: string[]) =>
      sent(
        api.POST('/api/v1/phonebooks/{phonebook_id}/duplicates/dismissals', { params: { path }, body: { contacts } }),
      ),
    onSuccess: () => {
      tellDone(t.dismissed);
      void refresh(client, PATH);
    },
  });
  return (
    <Loaded query={query}>
      {({ pages }) =>
        items.length === 0 ? (
          <EmptyState icon={Sparkles} title={t.none}>
            {t.noneAbout}
          </EmptyState>
        ) : (
          <Stack gap="sm">
            <div>
              <Text fw={600}>{t.found(format.number(pages[0]?.total ?? items.length), pages[0]?.total ?? items.length)}</Text>
              <Text size="sm" c="dimmed">
                {t.duplicatesAbout}
              </Text>
            </div>
            {items.map((group) => (
              <DuplicateCard
                key={idsOf(group).join()}
                group={group}
                phonebookId={phonebookId}
                onDismiss={() => dismiss.mutate(idsOf(group))}
              />
            ))}
            {query.hasNextPage && (
              <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {c.more}
              </Button>
            )}
          </Stack>
        )
      }
    </Loaded>
  );
}

function idsOf({ contacts }: Similar): string[] {
  return contacts.map(({ id }) => id);
}

function DuplicateCard({ group, phonebookId, onDismiss }: { group: Similar; phonebookId: string; onDismiss: () => void }) {
  const t = useTexts(texts);
  const words = { number: t.sameNumber, email: t.sameEmail, name: t.sameName };
  const names = group.contacts.map(calledName).join(', ');
  const to = paths.phonebook(phonebookId, 'tidy', `merge/${idsOf(group).join(',')}`);
  return (
    <Card withBorder padding="sm" component="article" aria-label={names}>
      <Stack gap="sm">
        <Group gap={6}>
          {group.reasons.map(({ kind, value }) => (
            <Badge key={`${kind} ${value}`} variant="light" color="gray" tt="none" fw={500} maw="100%">
              {words[kind](value)}
            </Badge>
          ))}
        </Group>
        <SimpleGrid cols={{ base: 1, xs: 2, md: 3, lg: 4 }} spacing="sm" verticalSpacing="xs">
          {group.contacts.map((contact) => (
            <Summary key={contact.id} contact={contact} />
          ))}
        </SimpleGrid>
        <Group gap="xs">
          <Button
            size="xs"
            leftSection={<GitMerge size={15} aria-hidden />}
            renderRoot={(props: object) => <Link to={to} {...props} />}
          >
            {t.compare}
          </Button>
          <Button size="xs" variant="default" onClick={onDismiss}>
            {t.notSame}
          </Button>
        </Group>
      </Stack>
    </Card>
  );
}

function Summary({ contact }: { contact: Contact }) {
  const name = calledName(contact);
  const lines = [
    contact.organization === name ? '' : contact.organization,
    ...contact.numbers.map(({ value, label }) => [value, label].filter(Boolean).join(' ')),
    ...contact.emails.map(({ value }) => value),
    contact.groups.join(', '),
  ];
  return (
    <div>
      <Text fw={600} size="sm">
        {name}
      </Text>
      {lines.filter(Boolean).map((line) => (
        <Text key={line} size="sm" c="dimmed" lineClamp={1}>
          {line}
        </Text>
      ))}
    </div>
  );
}
