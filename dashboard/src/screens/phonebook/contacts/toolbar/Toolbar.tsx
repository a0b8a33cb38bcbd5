import { ActionIcon, Box, Button, Group } from '@mantine/core';
import { Plus } from 'lucide-react';
import { type KeyboardEvent, lazy, Suspense, useState } from 'react';

import { useTexts } from '~/i18n/texts';
import { SearchBox } from '~/shared/SearchBox';

import type { ColumnId } from '../table/columns';
import { TABLE_ID } from '../table/ContactsTable';
import { texts } from '../texts';
import classes from './toolbar.module.css';

const ColumnsMenu = lazy(() => import('./ColumnsMenu').then(({ ColumnsMenu: it }) => ({ default: it })));
const GroupFilter = lazy(() => import('./GroupFilter').then(({ GroupFilter: it }) => ({ default: it })));
const KeysDialog = lazy(() => import('./KeysDialog'));
const MoreMenu = lazy(() => import('./MoreMenu').then(({ MoreMenu: it }) => ({ default: it })));

export const SEARCH_ID = 'contact-search';

interface Props {
  phonebookId: string;
  search: string;
  onSearch: (search: string) => void;
  group: string;
  onGroup: (group: string) => void;
  columns: readonly ColumnId[];
  onColumns: (columns: ColumnId[]) => void;
  mayEdit: boolean;
  onNew: () => void;
  onPaste: () => void;
}

/** What is above the table: finding, filtering, columns, files, a new contact. */
export function Toolbar({ phonebookId, search, onSearch, group, onGroup, columns, onColumns, mayEdit, onNew, onPaste }: Props) {
  const t = useTexts(texts);
  const [hasKeys, setKeys] = useState(false);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') {
      event.preventDefault();
      document.getElementById(TABLE_ID)?.focus();
    }
    if (event.key === 'Escape' && search) onSearch('');
  };
  return (
    <Group gap="xs" className={classes.toolbar}>
      <SearchBox
        id={SEARCH_ID}
        label={t.find}
        value={search}
        onChange={onSearch}
        onKeyDown={onKeyDown}
        maxLength={200}
        className={classes.search}
      />
      <Box className={classes.group}>
        <Suspense>
          <GroupFilter phonebookId={phonebookId} value={group} onChange={onGroup} />
        </Suspense>
      </Box>
      <Group gap="xs" wrap="nowrap" ml="auto">
        <Box visibleFrom="sm">
          <Suspense>
            <ColumnsMenu columns={columns} onChange={onColumns} />
          </Suspense>
        </Box>
        <Suspense>
          <MoreMenu
            phonebookId={phonebookId}
            search={search}
            group={group}
            mayEdit={mayEdit}
            onPaste={onPaste}
            onKeys={() => setKeys(true)}
          />
        </Suspense>
        {mayEdit && (
          <>
            <Button leftSection={<Plus size={16} aria-hidden />} onClick={onNew} visibleFrom="sm">
              {t.newContact}
            </Button>
            <ActionIcon size="input-sm" onClick={onNew} aria-label={t.newContact} hiddenFrom="sm">
              <Plus size={18} aria-hidden />
            </ActionIcon>
          </>
        )}
      </Group>
      {hasKeys && (
        <Suspense>
          <KeysDialog onClose={() => setKeys(false)} />
        </Suspense>
      )}
    </Group>
  );
}
