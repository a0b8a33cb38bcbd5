import { Anchor, Card, Group, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Pencil, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';

import { may } from '~/api/account';
import type { Phonebook } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { Ago } from '~/shared/Moment';
import { paths } from '~/shared/paths';
import { RowMenu } from '~/shared/RowMenu';
import { ServiceStateView } from '~/shared/State';
import { texts as common } from '~/shared/texts';

import { texts } from './texts';

interface Props {
  phonebook: Phonebook;
  onRename: () => void;
  onDelete: () => void;
}

/** A phonebook at a glance: how many contacts, when they changed, how its vendor services stand. */
export function PhonebookCard({ phonebook, onRename, onDelete }: Props) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const format = useFormat();
  const { id, name, role, services, changed_at } = phonebook;
  const actions = may(role, 'manager')
    ? [
        { label: c.rename, icon: Pencil, onClick: onRename },
        { label: c.delete, icon: Trash2, onClick: onDelete, isDestructive: true },
      ]
    : [];
  return (
    <Card withBorder component="article" aria-label={name}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Anchor component={Link} to={paths.phonebook(id)} fw={600} size="lg">
          {name}
        </Anchor>
        <RowMenu of={name} actions={actions} />
      </Group>
      <Stack component="dl" gap={6} my={0} mt="xs">
        <Fact label={t.contacts}>{format.number(phonebook.contacts)}</Fact>
        <Fact label={t.changed}>{changed_at ? <Ago at={changed_at} /> : t.never}</Fact>
        <Fact label={t.phones}>{format.number(phonebook.phones_24h)}</Fact>
        <Fact label={t.services}>
          <Stack gap={2} align="flex-start">
            {services.map(({ slug, label, state }) => (
              <Anchor key={slug} component={Link} to={paths.phonebook(id, 'services', slug)} c="inherit">
                <ServiceStateView state={state} label={label} />
              </Anchor>
            ))}
            {services.length === 0 && t.noServices}
          </Stack>
        </Fact>
      </Stack>
    </Card>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Group wrap="nowrap" align="flex-start" gap="xs">
      <Text component="dt" size="sm" c="dimmed" w={132} flex="none">
        {label}
      </Text>
      <Text component="dd" size="sm" m={0}>
        {children}
      </Text>
    </Group>
  );
}
