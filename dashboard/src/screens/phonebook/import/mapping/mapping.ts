import type { ImportColumn } from '~/api/types';

/** A column of a file with what it holds. */
export type Column = ImportColumn;

/** Fields of columns that have a label. */
export function hasLabel(field: string | undefined): boolean {
  return field === 'number' || field === 'email';
}

/** One column for each header, as the server knows them or without a use. */
export function columnsOf(mapped: readonly Column[], headers: readonly string[], width: number): Column[] {
  return Array.from({ length: Math.max(headers.length, width, mapped.length) }, (_, n) => ({
    header: headers[n] ?? '',
    field: mapped[n]?.field ?? 'ignore',
    label: mapped[n]?.label ?? '',
    label_from: mapped[n]?.label_from ?? null,
  }));
}

/**
 * The columns with another use of one of them. A column of labels belongs to the number or address before it; what pointed
 * to a column that holds no labels any more does so no longer.
 */
export function withField(columns: readonly Column[], index: number, field: string): Column[] {
  const changed = columns.map((column, n) => {
    if (n === index) return { ...column, field, ...(hasLabel(field) ? {} : { label: '', label_from: null }) };
    return column.label_from === index && field !== 'label' ? { ...column, label_from: null } : column;
  });
  if (field !== 'label' || changed.some(({ label_from }) => label_from === index)) return changed;
  const owner = changed.findLastIndex((column, n) => n < index && hasLabel(column.field));
  const next = owner >= 0 ? owner : changed.findIndex((column) => hasLabel(column.field));
  return changed.map((column, n) => (n === next ? { ...column, label: '', label_from: index } : column));
}

/** The columns with a fixed label for one of them. */
export function withLabel(columns: readonly Column[], index: number, label: string): Column[] {
  return columns.map((column, n) => (n === index ? { ...column, label, label_from: null } : column));
}

/** The columns with one whose label stands in another column. */
export function withLabelFrom(columns: readonly Column[], index: number, from: number): Column[] {
  return columns.map((column, n) => {
    if (n === index) return { ...column, label: '', label_from: from };
    return n === from ? { ...column, field: 'label', label: '', label_from: null } : column;
  });
}

/** Up to three different things that stand in a column. */
export function samplesOf(sample: readonly (readonly string[])[], index: number): string[] {
  const cells = sample.map((row) => (row[index] ?? '').trim()).filter(Boolean);
  return [...new Set(cells)].slice(0, 3);
}
