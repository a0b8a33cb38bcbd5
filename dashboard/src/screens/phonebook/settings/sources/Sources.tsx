import { Button, Text } from '@mantine/core';
import { Rss } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';

import { useApi } from '~/api/query';
import type { Phonebook, Source } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { Loaded, LoadingLines } from '~/shared/Loaded';

import { Section } from '../Section';
import classes from '../settings.module.css';
import { SourceRow } from './SourceRow';
import { texts } from './texts';

const SourceDialog = lazy(() => import('./SourceDialog'));
const RemoveDialog = lazy(() => import('./RemoveDialog'));

type Open = { kind: 'edit'; source?: Source; url?: string } | { kind: 'remove'; source: Source };

/** The address books elsewhere that the phonebook subscribes to. */
export function Sources({ phonebook, canManage }: { phonebook: Phonebook; canManage: boolean }) {
  const t = useTexts(texts);
  const query = useApi('/api/v1/phonebooks/{phonebook_id}/sources', { path: { phonebook_id: phonebook.id } });
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  return (
    <Section
      title={t.title}
      about={t.about}
      actions={
        canManage && (
          <Button variant="default" leftSection={<Rss size={16} aria-hidden />} onClick={() => setOpen({ kind: 'edit' })}>
            {t.add}
          </Button>
        )
      }
    >
      <Loaded query={query} loading={<LoadingLines rows={2} />}>
        {({ items }) =>
          items.length === 0 ? (
            <Text c="dimmed">{t.none}</Text>
          ) : (
            <>
              <ul className={classes.list}>
                {items.map((source) => (
                  <SourceRow
                    key={source.id}
                    source={source}
                    role={phonebook.role}
                    onEdit={(url) => setOpen({ kind: 'edit', source, ...(url === undefined ? {} : { url }) })}
                    onRemove={() => setOpen({ kind: 'remove', source })}
                  />
                ))}
              </ul>
              <Text size="sm" c="dimmed">
                {t.readOnly}
              </Text>
            </>
          )
        }
      </Loaded>
      {open && (
        <Suspense>
          {open.kind === 'edit' ? (
            <SourceDialog phonebookId={phonebook.id} source={open.source} url={open.url} onClose={close} />
          ) : (
            <RemoveDialog phonebookId={phonebook.id} source={open.source} onClose={close} />
          )}
        </Suspense>
      )}
    </Section>
  );
}
