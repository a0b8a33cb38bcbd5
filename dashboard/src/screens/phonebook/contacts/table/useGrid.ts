import { type KeyboardEvent, useCallback, useEffect, useRef, useState } from 'react';

import type { Contact } from '~/api/types';

import { useLatest } from '../useLatest';
import { type ColumnId, EDITORS, isOwn, neighbour } from './columns';

/** Where the keyboard is: a cell. The contact is kept too, as it may come to stand elsewhere. */
export interface Place {
  row: number;
  column: ColumnId;
}

/** A cell while it is edited, with the contact as it was when that began. */
export interface Editing {
  contact: Contact;
  column: ColumnId;
}

export type Move = 'stay' | 'down' | 'up' | 'next' | 'previous';

export interface GridActions {
  toggle: (row: number, isRange: boolean) => void;
  selectAll: () => void;
  letGo: () => void;
  remove: (row: number) => void;
  open: (contact: Contact) => void;
  undo: () => void;
}

interface Options {
  contacts: readonly Contact[];
  count: number;
  columns: readonly ColumnId[];
  mayEdit: boolean;
  /** Rows that are in sight at once. */
  page: () => number;
  scrollTo: (row: number) => void;
  focus: () => void;
  actions: GridActions;
}

export interface Grid {
  place: Place;
  editing: Editing | null;
  onKeyDown: (event: KeyboardEvent) => void;
  go: (row: number, column: ColumnId) => void;
  edit: (row: number, column: ColumnId) => void;
  /** An editor is done; the keyboard goes on from here. */
  leave: (move: Move) => void;
}

/** The keyboard in the table: arrows, Enter to edit, Tab to the next field, Space to select, and so on. */
export function useGrid(options: Options): Grid {
  const { contacts, columns, page, actions } = options;
  // What the rows are given stays the same while pages come in, so that rows are not drawn again.
  const latest = useLatest(options);
  const [place, setPlace] = useState<Place>({ row: 0, column: 'name' });
  const [editing, setEditing] = useState<Editing | null>(null);
  const here = useRef<string | null>(null);

  // What was sorted elsewhere by a change is followed there.
  useEffect(() => {
    const id = here.current;
    if (id === null || contacts[place.row]?.id === id) return;
    const row = contacts.findIndex((contact) => contact.id === id);
    if (row < 0) return;
    setPlace((before) => ({ ...before, row }));
  }, [contacts, place.row]);

  const go = useCallback(
    (row: number, column: ColumnId) => {
      const now = latest.current;
      const inside = Math.max(0, Math.min(now.count - 1, row));
      here.current = now.contacts[inside]?.id ?? null;
      setPlace({ row: inside, column });
      now.scrollTo(inside);
    },
    [latest],
  );

  const edit = useCallback(
    (row: number, column: ColumnId) => {
      const now = latest.current;
      const contact = now.contacts[row];
      if (contact === undefined) return;
      go(row, column);
      if (now.mayEdit && isOwn(contact) && EDITORS[column] !== null) setEditing({ contact, column });
      else now.actions.open(contact);
    },
    [latest, go],
  );

  const leave = useCallback(
    (move: Move) => {
      setEditing(null);
      if (move === 'next' || move === 'previous') {
        const to = neighbour(latest.current.columns, place.column, move === 'next' ? 1 : -1);
        const row = place.row + to.rows;
        const contact = latest.current.contacts[row];
        if (contact && isOwn(contact)) {
          go(row, to.column);
          setEditing({ contact, column: to.column });
          return;
        }
      }
      if (move === 'down') go(place.row + 1, place.column);
      if (move === 'up') go(place.row - 1, place.column);
      latest.current.focus();
    },
    [latest, place, go],
  );

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.altKey) return;
    const { row } = place;
    const column = columns.includes(place.column) ? place.column : 'name';
    const mod = event.ctrlKey || event.metaKey;
    const at = columns.indexOf(column);
    const contact = contacts[row];
    const arrow = (to: number) => {
      if (event.shiftKey && Math.abs(to - row) === 1) actions.toggle(to, true);
      go(to, column);
    };
    const keys: Record<string, (() => void) | undefined> = {
      ArrowDown: () => arrow(row + 1),
      ArrowUp: () => arrow(row - 1),
      ArrowLeft: () => go(row, columns[Math.max(0, at - 1)] ?? 'name'),
      ArrowRight: () => go(row, columns[Math.min(columns.length - 1, at + 1)] ?? 'name'),
      PageDown: () => go(row + page(), column),
      PageUp: () => go(row - page(), column),
      Home: () => (mod ? go(0, column) : go(row, columns[0] ?? 'name')),
      End: () => (mod ? go(options.count - 1, column) : go(row, columns.at(-1) ?? 'name')),
      Enter: () => (mod && contact ? actions.open(contact) : edit(row, column)),
      F2: () => edit(row, column),
      o: mod ? undefined : () => contact && actions.open(contact),
      ' ': () => actions.toggle(row, event.shiftKey),
      a: mod ? actions.selectAll : undefined,
      z: mod && !event.shiftKey ? actions.undo : undefined,
      Delete: () => actions.remove(row),
      Backspace: () => actions.remove(row),
      Escape: actions.letGo,
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  return { place, editing, onKeyDown, go, edit, leave };
}
