import { useCallback, useEffect, useRef, useState } from 'react';

import type { Contact } from '~/api/types';

import { useLatest } from '../useLatest';
import { ALL, isSelected, NONE, type Selection, toggled, withRange } from './selection';

export interface SelectionState {
  selection: Selection;
  toggle: (row: number, isRange: boolean) => void;
  selectAll: () => void;
  letGo: () => void;
}

/** What is selected in a list; another search begins with nothing selected. */
export function useSelection(rows: readonly Contact[], listing: unknown, mayEdit: boolean): SelectionState {
  const [selection, setSelection] = useState<Selection>(NONE);
  const anchor = useRef<number | null>(null);
  useEffect(() => {
    setSelection(NONE);
    anchor.current = null;
  }, [listing]);

  const latest = useLatest(rows);
  const toggle = useCallback(
    (row: number, isRange: boolean) => {
      const contacts = latest.current;
      const contact = contacts[row];
      if (!mayEdit || contact === undefined || contact.included) return;
      const from = anchor.current;
      anchor.current = row;
      setSelection((before) => {
        const begun = from === null ? undefined : contacts[from];
        if (!isRange || from === null || begun === undefined) return toggled(before, contact.id);
        return withRange(before, contacts, from, row, isSelected(before, begun.id));
      });
    },
    [latest, mayEdit],
  );
  const selectAll = useCallback(() => mayEdit && setSelection(ALL), [mayEdit]);
  const letGo = useCallback(() => setSelection(NONE), []);
  return { selection, toggle, selectAll, letGo };
}
