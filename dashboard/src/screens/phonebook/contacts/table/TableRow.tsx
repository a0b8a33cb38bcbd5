import { memo, type MouseEvent, type ReactNode } from 'react';

import type { Contact } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { calledName } from '~/shared/contacts/naming';

import { texts } from '../texts';
import { CellValue } from './CellValue';
import type { ColumnId } from './columns';
import classes from './table.module.css';

interface Props {
  contact: Contact | undefined;
  row: number;
  /** Pixels from the top of the list. */
  start: number;
  columns: readonly ColumnId[];
  isNarrow: boolean;
  isSelected: boolean;
  /** It can be selected: it belongs to this phonebook, and whoever looks may change it. */
  isSelectable: boolean;
  hasSelection: boolean;
  active: ColumnId | null;
  home: string | undefined;
  onGo: (row: number, column: ColumnId) => void;
  onEdit: (row: number, column: ColumnId) => void;
  onToggle: (row: number, isRange: boolean) => void;
  onOpen: (contact: Contact) => void;
  /** The editor, in the cell that is edited. */
  editor: ReactNode;
  editing: ColumnId | null;
}

export const cellId = (row: number, column: ColumnId) => `contact-${row}-${column}`;

/** A contact in the table; a grey line as long as it is not loaded. */
export const TableRow = memo(function TableRow(props: Props) {
  const { contact, row, start, columns, isNarrow, isSelected, isSelectable, active, editing, editor } = props;
  const t = useTexts(texts);
  const onCheck = (event: MouseEvent) => {
    event.stopPropagation();
    props.onToggle(row, event.shiftKey);
  };
  return (
    <div
      role="row"
      aria-rowindex={row + 2}
      aria-selected={props.hasSelection ? isSelected : undefined}
      className={classes.row}
      data-selected={isSelected || undefined}
      data-editing={editing ? true : undefined}
      style={{ transform: `translateY(${start}px)` }}
    >
      {props.hasSelection && (
        <div role="gridcell" className={classes.check}>
          {contact && isSelectable && (
            <input
              type="checkbox"
              tabIndex={-1}
              checked={isSelected}
              readOnly
              onClick={onCheck}
              aria-label={t.select(calledName(contact))}
            />
          )}
        </div>
      )}
      {columns.map((column) => (
        <div
          key={column}
          role="gridcell"
          id={cellId(row, column)}
          className={classes.cell}
          data-active={active === column || undefined}
          data-column={column}
          onClick={() => (isNarrow && contact ? props.onOpen(contact) : props.onGo(row, column))}
          onDoubleClick={() => props.onEdit(row, column)}
        >
          {contact === undefined ? (
            <span className={classes.waiting} />
          ) : editing === column ? (
            editor
          ) : (
            <CellValue contact={contact} column={column} isNarrow={isNarrow} home={props.home} onOpen={props.onOpen} />
          )}
        </div>
      ))}
    </div>
  );
});
