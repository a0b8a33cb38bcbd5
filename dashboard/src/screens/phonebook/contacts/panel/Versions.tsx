import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';

import { api, sent } from '~/api/client';
import { usePages } from '~/api/query';
import type { Contact, ContactVersion } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { FieldValue, WasValue } from '~/shared/contacts/FieldValue';
import { useFieldLabel } from '~/shared/contacts/useFieldLabel';
import { Loaded } from '~/shared/Loaded';
import { Ago } from '~/shared/Moment';
import { texts as common } from '~/shared/texts';

import classes from './panel.module.css';
import { texts } from './texts';

interface Props {
  contact: Contact;
  services: Readonly<Record<string, string>>;
  mayEdit: boolean;
  onRestored: (contact: Contact) => void;
}

/** Who changed a contact when, and what; each state can be brought back. */
export default function Versions({ contact, services, mayEdit, onRestored }: Props) {
  const c = useTexts(common);
  const client = useQueryClient();
  const { query, items } = usePages('/api/v1/contacts/{contact_id}/versions', {
    path: { contact_id: contact.id },
    query: { limit: 20 },
  });
  const restore = useMutation({
    mutationFn: (version: number) =>
      sent(
        api.POST('/api/v1/contacts/{contact_id}/versions/{version}/restore', {
          params: {
            path: { contact_id: contact.id, version },
            header: { 'If-Match': `"${contact.version}"` },
          },
        }),
      ),
    onSuccess: (restored) => {
      void client.invalidateQueries();
      onRestored(restored);
    },
  });
  return (
    <Loaded query={query}>
      {() => (
        <>
          <ol className={classes.versions}>
            {items.map((version) => (
              <Version
                key={version.version}
                version={version}
                services={services}
                isCurrent={version.version === contact.version}
                onRestore={mayEdit ? () => restore.mutate(version.version) : null}
                isBusy={restore.isPending && restore.variables === version.version}
              />
            ))}
          </ol>
          {query.hasNextPage && (
            <Button
              size="xs"
              variant="default"
              loading={query.isFetchingNextPage}
              onClick={() => void query.fetchNextPage()}
            >
              {c.more}
            </Button>
          )}
        </>
      )}
    </Loaded>
  );
}

interface VersionProps {
  version: ContactVersion;
  services: Readonly<Record<string, string>>;
  isCurrent: boolean;
  onRestore: (() => void) | null;
  isBusy: boolean;
}

function Version({ version, services, isCurrent, onRestore, isBusy }: VersionProps) {
  const t = useTexts(texts);
  const label = useFieldLabel(services);
  const words = {
    created: t.created,
    edited: t.edited,
    deleted: t.deleted,
    restored: t.restoredChange,
    imported: t.imported,
    merged: t.merged,
    undone: t.undone,
  };
  const isFirst = version.version === 1;
  return (
    <li className={classes.version}>
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap="xs">
        <Stack gap={2}>
          <Text size="sm" fw={600}>
            {words[version.change]} <Ago at={version.at} />
            {isCurrent && ` · ${t.current}`}
          </Text>
          <Text size="xs" c="dimmed">
            {t.versionBy(version.actor)}
          </Text>
        </Stack>
        {onRestore && !isCurrent && (
          <Button
            size="compact-xs"
            variant="default"
            onClick={onRestore}
            loading={isBusy}
            aria-label={t.restoreOf(version.version)}
          >
            {t.restore}
          </Button>
        )}
      </Group>
      {!isFirst && version.changes.length > 0 && (
        <dl className={classes.facts}>
          {version.changes.map(({ field, before, after }) => (
            <div key={field} className={classes.change}>
              <Text component="dt" size="sm" c="dimmed">
                {label(field)}
              </Text>
              <dd>
                <WasValue value={before} />
                <FieldValue value={after} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </li>
  );
}
