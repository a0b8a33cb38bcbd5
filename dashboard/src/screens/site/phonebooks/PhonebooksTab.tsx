import { Button, Group, SimpleGrid } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { BookUser, Plus } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';

import { may } from '~/api/account';
import { api, sent } from '~/api/client';
import { useSite } from '~/api/current';
import { everyQuery } from '~/api/query';
import type { Phonebook } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { EmptyState } from '~/shared/EmptyState';
import { Loaded } from '~/shared/Loaded';
import { paths } from '~/shared/paths';
import { useUndo } from '~/shared/undo';

import { PhonebookCard } from './PhonebookCard';
import { texts } from './texts';

const PhonebookDialog = lazy(() => import('./PhonebookDialog'));

export default function PhonebooksTab() {
  const t = useTexts(texts);
  const site = useSite();
  const navigate = useNavigate();
  const offerUndo = useUndo();
  const phonebooks = useQuery(everyQuery('/api/v1/sites/{site_id}/phonebooks', { path: { site_id: site.id } }));
  const [dialog, setDialog] = useState<{ phonebook?: Phonebook } | null>(null);
  const canManage = may(site.role, 'manager');
  const remove = useMutation({
    mutationFn: ({ id }: Phonebook) =>
      sent(api.DELETE('/api/v1/phonebooks/{phonebook_id}', { params: { path: { phonebook_id: id } } })),
    onSuccess: (answer, { name }) => offerUndo(t.deleted(name), answer),
  });
  const create = (
    <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setDialog({})}>
      {t.create}
    </Button>
  );
  return (
    <>
      <Loaded query={phonebooks}>
        {(all) =>
          all.length === 0 ? (
            <EmptyState icon={BookUser} title={t.emptyTitle} actions={canManage && create}>
              {t.empty} {!canManage && t.emptyViewer}
            </EmptyState>
          ) : (
            <>
              {canManage && <Group mb="md">{create}</Group>}
              <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }} spacing="md">
                {all.map((phonebook) => (
                  <PhonebookCard
                    key={phonebook.id}
                    phonebook={phonebook}
                    onRename={() => setDialog({ phonebook })}
                    onDelete={() => remove.mutate(phonebook)}
                  />
                ))}
              </SimpleGrid>
            </>
          )
        }
      </Loaded>
      {dialog && (
        <Suspense>
          <PhonebookDialog
            siteId={site.id}
            phonebook={dialog.phonebook}
            onClose={() => setDialog(null)}
            onDone={(phonebook) => {
              setDialog(null);
              if (!dialog.phonebook) void navigate({ to: paths.phonebook(phonebook.id) });
            }}
          />
        </Suspense>
      )}
    </>
  );
}
