import type { Contact, ContactSort } from '~/api/types';
import { remember, remembered } from '~/shared/remembered';

export const COLUMNS = [
  'name',
  'organization',
  'numbers',
  'emails',
  'groups',
  'department',
  'title',
  'note',
  'updated',
] as const;
export type ColumnId = (typeof COLUMNS)[number];

/** What is shown until somebody chooses. */
const USUAL: readonly ColumnId[] = ['name', 'organization', 'numbers', 'emails', 'groups', 'updated'];
const KEY = 'contacts.columns';

/** How wide a column is at least, in pixels, and its share of what is left. */
export const WIDTHS: Record<ColumnId, readonly [least: number, share: number]> = {
  name: [190, 2],
  organization: [150, 1.5],
  numbers: [170, 1.6],
  emails: [170, 1.4],
  groups: [130, 1.2],
  department: [130, 1],
  title: [130, 1],
  note: [180, 1.5],
  updated: [150, 0.6],
};

/** The columns that can be sorted by, as the server calls it. */
export const SORTS: Partial<Record<ColumnId, 'name' | 'organization' | 'updated'>> = {
  name: 'name',
  organization: 'organization',
  updated: 'updated',
};

/** The order after one more click on the head of a column: up, down; by time the newest first. */
export function nextSort(column: ColumnId, now: ContactSort | null): ContactSort | null {
  const by = SORTS[column];
  if (by === undefined) return now;
  const first: ContactSort = by === 'updated' ? '-updated' : by;
  const second: ContactSort = by === 'updated' ? 'updated' : `-${by}`;
  return now === first ? second : first;
}

export function isSort(text: string): text is ContactSort {
  return ['name', '-name', 'organization', '-organization', 'updated', '-updated'].includes(text);
}

/** How an editor of this column works; null: the column cannot be edited in the row. */
export const EDITORS: Record<ColumnId, 'name' | 'text' | 'list' | 'tags' | null> = {
  name: 'name',
  organization: 'text',
  numbers: 'list',
  emails: 'list',
  groups: 'tags',
  department: 'text',
  title: 'text',
  note: 'text',
  updated: null,
};

/** The columns that this browser was told to show, in the order of all. */
export function chosenColumns(): ColumnId[] {
  const kept = remembered(KEY)?.split(',') ?? USUAL;
  const chosen = COLUMNS.filter((column) => column === 'name' || kept.includes(column));
  return chosen.length > 1 ? chosen : [...USUAL];
}

export function keepColumns(columns: readonly ColumnId[]): void {
  remember(KEY, columns.join(','));
}

/** The column that Tab leads to, and by how many rows further; only those that can be edited count. */
export function neighbour(
  columns: readonly ColumnId[],
  from: ColumnId,
  step: 1 | -1,
): { column: ColumnId; rows: -1 | 0 | 1 } {
  const editable = columns.filter((column) => EDITORS[column] !== null);
  const index = editable.indexOf(from) + step;
  const inside = editable[index];
  if (inside !== undefined) return { column: inside, rows: 0 };
  return { column: (step > 0 ? editable[0] : editable.at(-1)) ?? 'name', rows: step };
}

/** Whether a contact can be changed in this phonebook: it is its own, and no source outside keeps it. */
export function isOwn(contact: Contact): boolean {
  return !contact.included && !contact.source_id;
}
