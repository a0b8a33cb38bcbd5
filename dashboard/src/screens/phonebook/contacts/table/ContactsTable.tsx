import { useMediaQuery } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, lazy, Suspense, useCallback, useEffect, useMemo, useRef } from 'react';

import type { Contact, ContactChange, ContactSort } from '~/api/types';
import { useTexts } from '~/i18n/texts';

import { changesOf, type Draft } from '../panel/draft';
import type { RowSource } from '../rows/useRows';
import { isEmpty, isSelected, type Selection } from '../selection/selection';
import { StatusLine } from '../StatusLine';
import { texts } from '../texts';
import { useLatest } from '../useLatest';
import { type ColumnId, WIDTHS } from './columns';
import classes from './table.module.css';
import { TableHead } from './TableHead';
import { cellId, TableRow } from './TableRow';
import { useFillHeight } from './useFillHeight';
import { type GridActions, type Move, useGrid } from './useGrid';

const loadEditor = () => import('./CellEditor');
const CellEditor = lazy(loadEditor);

const HEAD = 41;
const SLOTS = 48;
const NARROW: readonly ColumnId[] = ['name', 'numbers'];

interface Props {
  phonebookId: string;
  rows: RowSource;
  columns: readonly ColumnId[];
  sort: ContactSort | null;
  onSort: (sort: ContactSort | null) => void;
  selection: Selection;
  mayEdit: boolean;
  /** What the phonebooks are called from which contacts are included, by id. */
  homes: Readonly<Record<string, string>>;
  actions: GridActions;
  isFiltered: boolean;
  onSave: (contact: Contact, change: ContactChange) => void;
}

export const TABLE_ID = 'contacts';

/** The contacts as a sheet: any number of rows, of which only those in sight are drawn. */
export function ContactsTable({ phonebookId, rows, sort, onSort, selection, mayEdit, homes, actions, onSave, ...rest }: Props) {
  const t = useTexts(texts);
  const isNarrow = useMediaQuery('(max-width: 48em)') ?? false;
  const columns = isNarrow ? NARROW : rest.columns;
  const scroller = useRef<HTMLDivElement>(null);
  useFillHeight(scroller, isNarrow ? 48 : 60);
  const height = isNarrow ? 58 : 42;
  const { contacts, count, show } = rows;

  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 8,
    paddingStart: HEAD,
    scrollPaddingStart: HEAD,
    useFlushSync: false,
  });
  useEffect(() => virtual.measure(), [virtual, height]);
  const items = virtual.getVirtualItems();
  const from = items[0]?.index ?? 0;
  const to = items.at(-1)?.index ?? 0;
  useEffect(() => show(from, to), [show, from, to]);

  const scrollTo = useCallback((row: number) => virtual.scrollToIndex(row), [virtual]);
  const focus = useCallback(() => scroller.current?.focus({ preventScroll: true }), []);
  const page = useCallback(() => Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / height) - 2), [height]);
  const grid = useGrid({ contacts, count, columns, mayEdit, page, scrollTo, focus, actions });

  // The first key that is typed must not wait for it.
  useEffect(() => {
    if (mayEdit) void loadEditor();
  }, [mayEdit]);

  const { leave, place, editing } = grid;
  const typed = useRef<Draft | null>(null);
  const onDone = useCallback(
    (contact: Contact, change: ContactChange, move: Move) => {
      typed.current = null;
      leave(move);
      onSave(contact, change);
    },
    [leave, onSave],
  );
  // A contact that somebody deletes while it is edited here leaves the table, and if it was the last one, the table goes,
  // too; what was typed is not lost with it.
  const isOrphan = editing !== null && !contacts.some(({ id }) => id === editing.contact.id);
  const rescue = useLatest(() => {
    if (editing && typed.current) onDone(editing.contact, changesOf(editing.contact, typed.current), 'stay');
    else if (editing) leave('stay');
  });
  useEffect(() => {
    if (isOrphan) rescue.current();
  }, [isOrphan, rescue]);
  useEffect(() => () => rescue.current(), [rescue]);

  // Rows that leave the sight are used again for those that come in, which is faster than making new ones.
  const slots = useRef(SLOTS);
  slots.current = Math.max(slots.current, SLOTS * Math.ceil((items.length + 1) / SLOTS));
  const style = useMemo(() => layoutOf(columns, mayEdit, isNarrow), [columns, mayEdit, isNarrow]);
  const selected = selection.kind === 'all' && selection.except.size === 0 ? 'all' : isEmpty(selection) ? 'none' : 'some';
  return (
    <>
      <div
        ref={scroller}
        id={TABLE_ID}
        role="grid"
        tabIndex={0}
        aria-label={t.table}
        aria-rowcount={count + 1}
        aria-multiselectable={mayEdit || undefined}
        aria-busy={rows.isBehind || undefined}
        aria-activedescendant={from <= place.row && place.row <= to ? cellId(place.row, place.column) : undefined}
        className={`${classes.scroller} ${rows.isBehind ? classes.behind : ''}`}
        style={style}
        onKeyDown={grid.onKeyDown}
      >
        <TableHead
          columns={columns}
          sort={sort}
          onSort={onSort}
          selected={mayEdit ? selected : null}
          onSelectAll={selected === 'none' ? actions.selectAll : actions.letGo}
        />
        <div role="rowgroup" className={classes.body} style={{ blockSize: virtual.getTotalSize() - HEAD }}>
          {items.map(({ index, start }) => {
            const contact = contacts[index];
            const edited = editing !== null && contact?.id === editing.contact.id ? editing : null;
            return (
              <TableRow
                key={index % slots.current}
                contact={contact}
                row={index}
                start={start - HEAD}
                columns={columns}
                isNarrow={isNarrow}
                hasSelection={mayEdit}
                isSelectable={contact !== undefined && !contact.included}
                isSelected={contact !== undefined && !contact.included && isSelected(selection, contact.id)}
                active={place.row === index ? place.column : null}
                home={contact?.included ? homes[contact.phonebook_id] : undefined}
                onGo={grid.go}
                onEdit={grid.edit}
                onToggle={actions.toggle}
                onOpen={actions.open}
                editing={edited?.column ?? null}
                editor={
                  edited && (
                    <Suspense>
                      <CellEditor
                        key={`${edited.contact.id} ${edited.column}`}
                        contact={edited.contact}
                        column={edited.column}
                        typed={typed}
                        phonebookId={phonebookId}
                        onDone={(change, move) => onDone(edited.contact, change, move)}
                      />
                    </Suspense>
                  )
                }
              />
            );
          })}
        </div>
      </div>
      <StatusLine
        total={rows.total}
        isFiltered={rest.isFiltered}
        soFar={to >= contacts.length && rows.count > contacts.length ? contacts.length : null}
      />
    </>
  );
}

/** The widths of the columns, as variables that the style sheet uses. */
function layoutOf(columns: readonly ColumnId[], hasChecks: boolean, isNarrow: boolean): CSSProperties {
  const parts = columns.map((column) => {
    const [least, share] = WIDTHS[column];
    return isNarrow ? `minmax(0, ${column === 'name' ? 3 : 2}fr)` : `minmax(${least}px, ${share}fr)`;
  });
  const least = columns.reduce((sum, column) => sum + WIDTHS[column][0], hasChecks ? 40 : 0);
  const variables: Record<string, string> = {
    '--columns': [...(hasChecks ? ['40px'] : []), ...parts].join(' '),
    '--least': isNarrow ? '0px' : `${least}px`,
  };
  return variables;
}
