import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { BookPlus, ListFilter, Unlink } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';

import { api, sent } from '~/api/client';
import { useApi } from '~/api/query';
import type { Inclusion, Phonebook } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { Loaded, LoadingLines } from '~/shared/Loaded';
import { paths } from '~/shared/paths';
import { RowMenu } from '~/shared/RowMenu';
import { offerTakeBack } from '~/shared/vendor/offerTakeBack';
import { texts as common } from '~/shared/texts';

import { Section } from '../Section';
import classes from '../settings.module.css';
import { texts } from './texts';
import { comingThrough } from './through';
import { useIncludedBy } from './usePhonebooks';

const InclusionDialog = lazy(() => import('./InclusionDialog'));

const PATH = '/api/v1/phonebooks/{phonebook_id}/inclusions/{included_id}';

/** Which other phonebooks are in this one, what comes along through them, and what has this one in it. */
export function Inclusions({ phonebook, canManage }: { phonebook: Phonebook; canManage: boolean }) {
  const t = useTexts(texts);
  const query = useApi('/api/v1/phonebooks/{phonebook_id}/inclusions', { path: { phonebook_id: phonebook.id } });
  const [dialog, setDialog] = useState<{ inclusion?: Inclusion } | null>(null);
  const remove = useRemoval(phonebook.id);
  const items = query.data?.items ?? [];
  return (
    <Section
      title={t.title}
      about={t.about}
      actions={
        canManage && (
          <Button variant="default" leftSection={<BookPlus size={16} aria-hidden />} onClick={() => setDialog({})}>
            {t.add}
          </Button>
        )
      }
    >
      <Loaded query={query} loading={<LoadingLines rows={2} />}>
        {({ members }) => (
          <>
            {items.length === 0 ? (
              <Text c="dimmed">{t.none}</Text>
            ) : (
              <ul className={classes.list}>
                {items.map((inclusion) => (
                  <Row
                    key={inclusion.phonebook_id}
                    inclusion={inclusion}
                    isSameSite={inclusion.site_id === phonebook.site_id}
                    onEdit={canManage ? () => setDialog({ inclusion }) : undefined}
                    onRemove={canManage ? () => remove.mutate(inclusion) : undefined}
                  />
                ))}
              </ul>
            )}
            <Also title={t.alsoTitle} found={comingThrough(phonebook.id, members)} />
          </>
        )}
      </Loaded>
      <IncludedBy phonebook={phonebook} />
      {dialog && (
        <Suspense>
          <InclusionDialog
            phonebook={phonebook}
            inclusion={dialog.inclusion}
            taken={items.map(({ phonebook_id }) => phonebook_id)}
            onClose={() => setDialog(null)}
          />
        </Suspense>
      )}
    </Section>
  );
}

/** Removes an inclusion, and offers to put it back as it was. */
function useRemoval(phonebook_id: string) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ phonebook_id: included_id }: Inclusion) =>
      sent(api.DELETE(PATH, { params: { path: { phonebook_id, included_id } } })),
    onSuccess: ({ phonebook_id: included_id, name, groups }) => {
      void client.invalidateQueries();
      offerTakeBack(t.removed(name), c.undo, async () => {
        await sent(api.PUT(PATH, { params: { path: { phonebook_id, included_id } }, body: { groups } }));
        await client.invalidateQueries();
      });
    },
  });
}

interface RowProps {
  inclusion: Inclusion;
  isSameSite: boolean;
  onEdit: (() => void) | undefined;
  onRemove: (() => void) | undefined;
}

function Row({ inclusion, isSameSite, onEdit, onRemove }: RowProps) {
  const t = useTexts(texts);
  const format = useFormat();
  const { phonebook_id, name, site_name, groups, contacts, deleted } = inclusion;
  const facts = deleted
    ? [t.isDeleted]
    : [t.contacts(format.number(contacts), contacts), groups.length > 0 ? t.only(groups.join(', ')) : t.all];
  return (
    <li>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div>
          <Anchor component={Link} to={paths.phonebook(phonebook_id)} fw={600}>
            {name}
          </Anchor>
          {!isSameSite && (
            <Text span size="sm" c="dimmed">
              {` ${t.ofSite(site_name)}`}
            </Text>
          )}
          <Text size="sm" c="dimmed">
            {facts.join(' · ')}
          </Text>
        </div>
        <RowMenu
          of={name}
          actions={[
            ...(onEdit ? [{ label: t.edit, icon: ListFilter, onClick: onEdit }] : []),
            ...(onRemove ? [{ label: t.remove, icon: Unlink, onClick: onRemove, isDestructive: true }] : []),
          ]}
        />
      </Group>
    </li>
  );
}

interface AlsoProps {
  title: string;
  found: { member: { phonebook_id: string; name: string }; through: string[] }[];
}

function Also({ title, found }: AlsoProps) {
  const t = useTexts(texts);
  if (found.length === 0) return null;
  return (
    <div>
      <Title order={3}>{title}</Title>
      {found.map(({ member: { phonebook_id, name }, through }) => (
        <Text size="sm" key={phonebook_id}>
          <Anchor component={Link} to={paths.phonebook(phonebook_id)} size="sm">
            {name}
          </Anchor>{' '}
          <Text span size="sm" c="dimmed">
            {t.through(through.join(', '))}
          </Text>
        </Text>
      ))}
    </div>
  );
}

function IncludedBy({ phonebook }: { phonebook: Phonebook }) {
  const t = useTexts(texts);
  const including = useIncludedBy(phonebook);
  if (including.length === 0) return null;
  return (
    <Stack gap={2}>
      <Title order={3}>{t.includedByTitle}</Title>
      <Text size="sm" c="dimmed">
        {t.includedByAbout}
      </Text>
      <Group gap="md">
        {including.map(({ id, name }) => (
          <Anchor key={id} component={Link} to={paths.phonebook(id, 'settings')} size="sm">
            {name}
          </Anchor>
        ))}
      </Group>
    </Stack>
  );
}
