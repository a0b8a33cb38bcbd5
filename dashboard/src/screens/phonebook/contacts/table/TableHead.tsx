import { ArrowDown, ArrowUp } from 'lucide-react';

import type { ContactSort } from '~/api/types';
import { useTexts } from '~/i18n/texts';

import { texts } from '../texts';
import { type ColumnId, nextSort, SORTS } from './columns';
import classes from './table.module.css';

interface Props {
  columns: readonly ColumnId[];
  sort: ContactSort | null;
  onSort: (sort: ContactSort | null) => void;
  /** Whether all, some or none are selected; null: nothing can be. */
  selected: 'all' | 'some' | 'none' | null;
  onSelectAll: () => void;
}

/** The heads of the columns; those that can be sorted by are buttons. */
export function TableHead({ columns, sort, onSort, selected, onSelectAll }: Props) {
  const t = useTexts(texts);
  return (
    <div role="row" aria-rowindex={1} className={classes.head}>
      {selected !== null && (
        <div role="columnheader" className={classes.check}>
          <input
            type="checkbox"
            ref={(box) => {
              if (box) box.indeterminate = selected === 'some';
            }}
            checked={selected === 'all'}
            onChange={onSelectAll}
            aria-label={t.selectAll}
          />
        </div>
      )}
      {columns.map((column) => {
        const by = SORTS[column];
        const direction = by === undefined ? null : sort === by ? 'ascending' : sort === `-${by}` ? 'descending' : null;
        return (
          <div
            key={column}
            role="columnheader"
            aria-sort={by === undefined ? undefined : (direction ?? 'none')}
            className={classes.headCell}
          >
            {by === undefined ? (
              t[column]
            ) : (
              <button type="button" className={classes.sort} onClick={() => onSort(nextSort(column, sort))}>
                {t[column]}
                {direction === 'ascending' && <ArrowUp size={14} aria-hidden />}
                {direction === 'descending' && <ArrowDown size={14} aria-hidden />}
              </button>
            )}
          </div>
        );
      })}
    </div>
  );
}
