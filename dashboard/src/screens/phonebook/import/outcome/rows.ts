import type { Contact, ImportPreview, PreviewRow, RowOutcome, RowProblem } from '~/api/types';
import { type ContactField, fieldsIn, sameValue, valueOf } from '~/shared/contacts/fields';

export const OUTCOMES: readonly RowOutcome[] = ['created', 'updated', 'unchanged', 'skipped', 'rejected'];

/** A row of the file as it is shown. */
export interface ShownRow {
  line: number;
  outcome: RowOutcome;
  cells: readonly string[];
  contact: PreviewRow['contact'];
  before: PreviewRow['before'];
  problems: readonly RowProblem[];
  warnings: readonly RowProblem[];
}

/** The rows with an outcome, or all. Rejected rows are known also beyond those that the preview has. */
export function rowsWith(preview: ImportPreview, outcome: RowOutcome | null): ShownRow[] {
  const rows: ShownRow[] = preview.preview.filter((row) => outcome === null || row.outcome === outcome);
  if (outcome !== 'rejected') return rows;
  const known = new Set(rows.map(({ line }) => line));
  const more = new Map<number, RowProblem[]>();
  for (const problem of preview.problems) {
    if (!known.has(problem.line)) more.set(problem.line, [...(more.get(problem.line) ?? []), problem]);
  }
  const others = [...more].map(([line, problems]): ShownRow => {
    return { line, outcome: 'rejected', cells: [], contact: null, before: null, problems, warnings: [] };
  });
  return [...rows, ...others];
}

/** The fields that importing the row changes. */
export function changesIn({ contact, before }: Pick<ShownRow, 'contact' | 'before'>): {
  field: ContactField;
  before: unknown;
  after: unknown;
}[] {
  if (!contact || !before) return [];
  const [old, now] = [before as Partial<Contact>, contact as Partial<Contact>];
  return fieldsIn([old, now])
    .map((field) => ({ field, before: valueOf(old, field), after: valueOf(now, field) }))
    .filter((change) => !sameValue(change.before, change.after));
}

/** Warnings about numbers that a spreadsheet has damaged, and those of them that can be repaired with certainty. */
export function damages({ warnings }: Pick<ImportPreview, 'warnings'>): { all: RowProblem[]; certain: RowProblem[] } {
  // What is empty the server leaves out.
  const all = warnings.filter(({ value }) => Boolean(value));
  return { all, certain: all.filter(({ repaired }) => Boolean(repaired)) };
}

/** The rows that change something. */
export function countImported({ created, updated }: Pick<ImportPreview, 'created' | 'updated'>): number {
  return created + updated;
}
