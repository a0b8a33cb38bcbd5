/** Which contacts are chosen: some by their ids, or all that match except some. */
export type Selection =
  | { kind: 'some'; ids: ReadonlySet<string> }
  | { kind: 'all'; except: ReadonlySet<string> };

export const NONE: Selection = { kind: 'some', ids: new Set() };
export const ALL: Selection = { kind: 'all', except: new Set() };

export function isSelected(selection: Selection, id: string): boolean {
  return selection.kind === 'some' ? selection.ids.has(id) : !selection.except.has(id);
}

export function isEmpty(selection: Selection): boolean {
  return selection.kind === 'some' && selection.ids.size === 0;
}

/** How many are chosen of `total` that match; null when that is not known. */
export function countSelected(selection: Selection, total: number | null): number | null {
  if (selection.kind === 'some') return selection.ids.size;
  return total === null ? null : Math.max(0, total - selection.except.size);
}

/** The selection with these contacts in it, or out of it. */
export function withThese(selection: Selection, ids: Iterable<string>, isIn: boolean): Selection {
  const isListed = selection.kind === 'some' ? isIn : !isIn;
  const listed = new Set(selection.kind === 'some' ? selection.ids : selection.except);
  for (const id of ids) {
    if (isListed) listed.add(id);
    else listed.delete(id);
  }
  return selection.kind === 'some' ? { kind: 'some', ids: listed } : { kind: 'all', except: listed };
}

export function toggled(selection: Selection, id: string): Selection {
  return withThese(selection, [id], !isSelected(selection, id));
}

/** From the row that was touched last to this one: all become what the first one is. Included contacts stay out. */
export function withRange(
  selection: Selection,
  rows: readonly { id: string; included?: boolean }[],
  anchor: number,
  to: number,
  isIn: boolean,
): Selection {
  const [first, last] = anchor < to ? [anchor, to] : [to, anchor];
  return withThese(
    selection,
    rows
      .slice(first, last + 1)
      .filter(({ included }) => !included)
      .map(({ id }) => id),
    isIn,
  );
}
