import { Autocomplete, Card, Select } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useEffect, useMemo, useState } from 'react';

import type { ImportChange, ImportPreview } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { useUsualLabels } from '~/shared/contacts/useUsualLabels';

import classes from '../import.module.css';
import { texts } from '../texts';
import { type Column, columnsOf, hasLabel, samplesOf, withField, withLabel, withLabelFrom } from './mapping';

const PAUSE_MS = 350;

interface Props {
  preview: ImportPreview;
  change: (change: ImportChange) => void;
}

/** The columns of the file with what stands in them, and what each of them holds. */
export function Columns({ preview, change }: Props) {
  const t = useTexts(texts);
  const usual = useUsualLabels();
  const { mapping, headers, sample } = preview;
  const width = Math.max(0, ...sample.map((row) => row.length));
  const known = useMemo(() => columnsOf(mapping?.columns ?? [], headers, width), [mapping, headers, width]);
  const [columns, setColumns] = useState(known);
  useEffect(() => setColumns(known), [known]);
  const send = useDebouncedCallback((next: Column[]) => change({ mapping: { columns: next } }), PAUSE_MS);
  const put = (next: Column[]) => {
    setColumns(next);
    send(next);
  };
  const nameOf = (index: number) => headers[index] || t.noHeader(index + 1);
  const fields = [
    { group: t.display_name, items: choices(['display_name', 'given_name', 'middle_name', 'family_name']) },
    { group: t.number, items: choices(['number', 'email', 'label']) },
    { group: t.organization, items: choices(['organization', 'department', 'title']) },
    { group: t.other('…'), items: choices(['groups', 'note', 'external_id', 'meta', 'ignore']) },
  ];
  function choices(names: readonly string[]) {
    return names.filter((name) => preview.fields.includes(name)).map((value) => ({ value, label: fieldWord(t, value) }));
  }
  return (
    <Card withBorder padding="sm">
      <div className={classes.columns}>
        <div className={classes.columnHead} aria-hidden>
          <span>{t.column}</span>
          <span>{t.samples}</span>
          <span>{t.holds}</span>
          <span>{t.label}</span>
        </div>
        {columns.map((column, index) => (
          <div key={index} className={classes.column} data-ignored={column.field === 'ignore' || undefined}>
            <span className={classes.header}>{nameOf(index)}</span>
            <Sample cells={samplesOf(sample, index)} />
            <Select
              size="sm"
              aria-label={t.fieldOf(nameOf(index))}
              data={fields}
              value={column.field ?? 'ignore'}
              onChange={(field) => field && put(withField(columns, index, field))}
              allowDeselect={false}
              searchable
              maxDropdownHeight={340}
            />
            {hasLabel(column.field) ? (
              <Autocomplete
                size="sm"
                aria-label={t.labelOf(nameOf(index))}
                placeholder={t.label}
                data={[...new Set([...usual, ...others(columns, index).map((n) => t.fromColumn(nameOf(n)))])]}
                value={typeof column.label_from === 'number' ? t.fromColumn(nameOf(column.label_from)) : (column.label ?? '')}
                onChange={(text) => {
                  const from = others(columns, index).find((n) => t.fromColumn(nameOf(n)) === text);
                  put(from === undefined ? withLabel(columns, index, text) : withLabelFrom(columns, index, from));
                }}
              />
            ) : (
              <span />
            )}
          </div>
        ))}
      </div>
    </Card>
  );
}

function Sample({ cells }: { cells: readonly string[] }) {
  return (
    <span className={classes.sample} title={cells.join('\n')}>
      {cells.join(' · ')}
    </span>
  );
}

/** The columns in which the label of this one can stand. */
function others(columns: readonly Column[], index: number): number[] {
  return columns.flatMap(({ field }, n) => (n !== index && (field === 'label' || field === 'ignore') ? [n] : []));
}

function fieldWord(t: (typeof texts)['en'], field: string): string {
  if (field === 'title') return t.position;
  if (field === 'label') return t.labelField;
  const words: Readonly<Record<string, unknown>> = t;
  const word = words[field];
  return typeof word === 'string' ? word : field;
}
