import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Contact as ContactIcon, Plus, SearchX, Upload } from 'lucide-react';
import { lazy, Suspense, useCallback, useMemo, useState } from 'react';

import { may } from '~/api/account';
import { api, sent } from '~/api/client';
import { usePhonebook } from '~/api/current';
import { apiQuery } from '~/api/query';
import type { Contact } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { calledName } from '~/shared/contacts/naming';
import { EmptyState } from '~/shared/EmptyState';
import { LoadingLines } from '~/shared/Loaded';
import { paths } from '~/shared/paths';
import { ProblemBox } from '~/shared/problems/ProblemBox';
import { useUndo } from '~/shared/undo';

import { useBulk } from './bulk/useBulk';
import { useServiceLabels } from './panel/useVendorForms';
import { usePaste, usePasteAnywhere } from './paste/usePaste';
import { type Listing, useRows } from './rows/useRows';
import { useSaving } from './saving/useSaving';
import { countSelected, isEmpty } from './selection/selection';
import { useSelection } from './selection/useSelection';
import { chosenColumns, type ColumnId, keepColumns } from './table/columns';
import { ContactsTable } from './table/ContactsTable';
import { texts } from './texts';
import { Toolbar } from './toolbar/Toolbar';
import { useShortcuts } from './toolbar/useShortcuts';
import { useLatest } from './useLatest';
import { useListing, useOpened } from './useListing';

const BulkBar = lazy(() => import('./bulk/BulkBar').then(({ BulkBar: it }) => ({ default: it })));
const ContactPanel = lazy(() => import('./panel/ContactPanel'));
const ResolveDialog = lazy(() => import('./resolve/ResolveDialog'));
const PasteDialog = lazy(() => import('./paste/PasteDialog'));

/** The most contacts that can be merged at once. */
const MERGED = 20;

export default function ContactsTab() {
  const t = useTexts(texts);
  const { id, site_id, role } = usePhonebook();
  const mayEdit = may(role, 'editor');
  const navigate = useNavigate();
  const offerUndo = useUndo();
  const { listing, setSearch, setGroup, setSort, clear } = useListing();
  const rows = useRows(id, listing);
  const { contacts, drop } = rows;
  const { opened, open, close } = useOpened(id);
  const saving = useSaving(rows);
  const { selection, toggle, selectAll, letGo } = useSelection(contacts, listing, mayEdit);
  const bulk = useBulk({ phonebookId: id, listing, selection, rows, onDone: letGo });
  const [columns, setColumns] = useState<readonly ColumnId[]>(chosenColumns);
  const [isPasting, setPasting] = useState(false);
  const { paste, isPending: isReading } = usePaste(id);
  usePasteAnywhere(paste, mayEdit && opened === null);
  const create = useCallback(() => open('new'), [open]);
  useShortcuts(mayEdit && opened === null ? create : null);
  const homes = useHomes(id, contacts);
  const hasSelected = !isEmpty(selection);
  const own = useOwnTotal(id, listing, hasSelected);
  const services = useServiceLabels(id);

  const remove = useMutation({
    mutationFn: (contact: Contact) =>
      sent(
        api.DELETE('/api/v1/contacts/{contact_id}', {
          params: { path: { contact_id: contact.id }, header: { 'If-Match': `"${contact.version}"` } },
        }),
      ),
    onSuccess: (answer, contact) => {
      drop(new Set([contact.id]));
      offerUndo(t.deletedOne(calledName(contact)), answer);
    },
  });
  const { mutate: removeOne } = remove;
  const { run } = bulk;
  const { undoLast, save } = saving;
  const latest = useLatest(contacts);
  const actions = useMemo(
    () => ({
      toggle,
      selectAll,
      letGo,
      undo: undoLast,
      open: ({ id: contact }: Contact) => open(contact),
      remove: (row: number) => {
        const contact = latest.current[row];
        if (!mayEdit) return;
        if (hasSelected) run({ delete: true });
        else if (contact && !contact.included && !contact.source_id) removeOne(contact);
      },
    }),
    [toggle, selectAll, letGo, undoLast, open, latest, mayEdit, hasSelected, run, removeOne],
  );
  const onSave = useCallback(
    (base: Contact, change: Parameters<typeof save>[0]['change']) => {
      void save({ base, change });
    },
    [save],
  );
  const chosen = selection.kind === 'some' ? [...selection.ids] : [];
  const onMerge = () => void navigate({ to: paths.phonebook(id, 'tidy', `merge/${chosen.join(',')}`) });
  const total = own === undefined ? rows.total : own;
  const shown = opened ?? (saving.failure ? saving.failure.base.id : null);
  const isFiltered = listing.search !== '' || listing.group !== '';
  const isNothing = !rows.isPending && !rows.isBehind && rows.count === 0 && rows.error === null;

  return (
    <Stack gap="xs">
      {!(isNothing && !isFiltered) && (
        <Toolbar
          phonebookId={id}
          search={listing.search}
          onSearch={setSearch}
          group={listing.group}
          onGroup={setGroup}
          columns={columns}
          onColumns={(next) => {
            keepColumns(next);
            setColumns(next);
          }}
          mayEdit={mayEdit}
          onNew={create}
          onPaste={() => setPasting(true)}
        />
      )}
      {rows.error && contacts.length === 0 ? (
        <ProblemBox error={rows.error} onRetry={() => void rows.refetch()} />
      ) : rows.isPending ? (
        <LoadingLines rows={10} />
      ) : isNothing && isFiltered ? (
        <EmptyState icon={SearchX} title={t.nothing} actions={<Button variant="default" onClick={clear}>{t.showAll}</Button>}>
          {listing.search ? t.nothingFor(listing.search) : t.nothingInGroup(listing.group)}
        </EmptyState>
      ) : isNothing ? (
        <Nothing phonebookId={id} mayEdit={mayEdit} onNew={create} onPaste={() => setPasting(true)} />
      ) : (
        <>
          {hasSelected && (
            <Suspense>
              <BulkBar
                phonebookId={id}
                siteId={site_id}
                bulk={bulk}
                count={countSelected(selection, total)}
                total={total}
                isAll={selection.kind === 'all' && selection.except.size === 0}
                onAll={selectAll}
                onLetGo={letGo}
                onMerge={chosen.length > 1 && chosen.length <= MERGED ? onMerge : null}
              />
            </Suspense>
          )}
          <ContactsTable
            phonebookId={id}
            rows={rows}
            columns={columns}
            sort={listing.sort ?? (listing.search ? null : 'name')}
            onSort={(sort) => setSort(sort ?? '')}
            selection={selection}
            mayEdit={mayEdit}
            homes={homes}
            actions={actions}
            isFiltered={isFiltered}
            onSave={onSave}
          />
        </>
      )}
      <Suspense>
        {shown && (
          <ContactPanel
            key={`${shown} ${saving.failure ? 'again' : ''}`}
            phonebookId={id}
            opened={shown}
            known={contacts.find((contact) => contact.id === shown)}
            home={homes[contacts.find((contact) => contact.id === shown)?.phonebook_id ?? '']}
            mayEdit={mayEdit}
            saving={saving}
            onConflict={saving.clash}
            onDelete={(contact) => {
              close();
              removeOne(contact);
            }}
            onClose={() => {
              saving.settle();
              close();
            }}
          />
        )}
        {saving.conflict && (
          <ResolveDialog
            attempt={saving.conflict}
            services={services}
            onSaved={(contact) => {
              saving.settle();
              saving.saved(contact);
              close();
            }}
            onClose={saving.settle}
          />
        )}
        {isPasting && <PasteDialog paste={paste} isPending={isReading} onClose={() => setPasting(false)} />}
      </Suspense>
    </Stack>
  );
}

interface NothingProps {
  phonebookId: string;
  mayEdit: boolean;
  onNew: () => void;
  onPaste: () => void;
}

/** A phonebook without contacts, and the ways to get some into it. */
function Nothing({ phonebookId, mayEdit, onNew, onPaste }: NothingProps) {
  const t = useTexts(texts);
  const actions = mayEdit && (
    <Group justify="center" gap="xs">
      <Button leftSection={<Plus size={16} aria-hidden />} onClick={onNew}>
        {t.newContact}
      </Button>
      <Button
        variant="default"
        leftSection={<Upload size={16} aria-hidden />}
        renderRoot={(props: object) => <Link to={paths.phonebook(phonebookId, 'import')} {...props} />}
      >
        {t.importFile}
      </Button>
      <Button variant="default" onClick={onPaste}>
        {t.pasteRows}
      </Button>
    </Group>
  );
  return (
    <EmptyState icon={ContactIcon} title={t.emptyTitle} actions={actions || undefined}>
      <Text>{mayEdit ? t.empty : t.emptyViewer}</Text>
    </EmptyState>
  );
}

/** What the phonebooks are called from which contacts are included; asked for when there are such contacts. */
function useHomes(phonebookId: string, contacts: readonly Contact[]): Readonly<Record<string, string>> {
  const path = { phonebook_id: phonebookId };
  const isWanted = useMemo(() => contacts.some(({ included }) => included), [contacts]);
  const { data } = useQuery({ ...apiQuery('/api/v1/phonebooks/{phonebook_id}/inclusions', { path }), enabled: isWanted });
  return useMemo(() => Object.fromEntries((data?.members ?? []).map(({ phonebook_id, name }) => [phonebook_id, name])), [data]);
}

/** How many of the phonebook's own contacts match: only those can be selected. Undefined while it is not known. */
function useOwnTotal(phonebookId: string, { search, group }: Listing, isWanted: boolean): number | null | undefined {
  const path = { phonebook_id: phonebookId };
  const query = { search, group, included: false, limit: 1 };
  const { data } = useQuery({ ...apiQuery('/api/v1/phonebooks/{phonebook_id}/contacts', { path, query }), enabled: isWanted });
  return data?.total;
}
