import type { Contact, ContactChange } from '~/api/types';
import { type Labelled, plainItems, sameValue, TEXT_FIELDS, type TextField, valueOf } from '~/shared/contacts/fields';

/** A line of numbers or e-mails while it is edited; `key` stays the same while others come and go. */
export interface Line extends Labelled {
  key: string;
}

export type Values = Readonly<Record<string, unknown>>;

/** A contact while somebody edits it. */
export type Draft = Record<TextField, string> & {
  numbers: Line[];
  emails: Line[];
  groups: string[];
  meta: Record<string, Values>;
};

let lines = 0;

export function newLine(value = '', label = ''): Line {
  lines += 1;
  return { key: `line-${lines}`, value, label };
}

/** What somebody begins with: the contact, or nothing; with what they had typed before, if that was not saved. */
export function draftOf(contact: Contact | null, change: ContactChange = {}): Draft {
  const text = (field: TextField) => change[field] ?? contact?.[field] ?? '';
  const items = (field: 'numbers' | 'emails') =>
    plainItems(change[field] ?? contact?.[field] ?? []).map(({ value, label }) => newLine(value, label));
  const texts = Object.fromEntries(TEXT_FIELDS.map((field) => [field, text(field)])) as Record<TextField, string>;
  const meta = Object.entries({ ...contact?.meta, ...change.meta }).filter(
    (entry): entry is [string, Record<string, unknown>] => entry[1] !== null && entry[1] !== undefined,
  );
  return {
    ...texts,
    numbers: items('numbers'),
    emails: items('emails'),
    groups: [...(change.groups ?? contact?.groups ?? [])],
    meta: Object.fromEntries(meta),
  };
}

/** The lines in which something stands. */
export function filled(items: readonly Labelled[]): Labelled[] {
  return plainItems(items).filter(({ value }) => value.trim() !== '');
}

/** What is to be sent: only the fields that are not as they were. */
export function changesOf(base: Contact | null, draft: Draft): ContactChange {
  const before: Partial<Contact> = base ?? {};
  const change: ContactChange = {};
  for (const field of TEXT_FIELDS) {
    if (draft[field] !== valueOf(before, field)) change[field] = draft[field];
  }
  for (const field of ['numbers', 'emails'] as const) {
    const items = filled(draft[field]);
    if (!sameValue(items, valueOf(before, field))) change[field] = items;
  }
  if (!sameValue(draft.groups, before.groups ?? [])) change.groups = draft.groups;
  const meta = changedMeta(before.meta ?? {}, draft.meta);
  if (Object.keys(meta).length > 0) change.meta = meta;
  return change;
}

export function isUnchanged(change: ContactChange): boolean {
  return Object.keys(change).length === 0;
}

/** The values of each service that are not as they were; null takes them away. */
function changedMeta(before: Record<string, Values>, now: Record<string, Values>): NonNullable<ContactChange['meta']> {
  const changed: NonNullable<ContactChange['meta']> = {};
  for (const slug of new Set([...Object.keys(before), ...Object.keys(now)])) {
    const values = withoutNothing(now[slug] ?? {});
    if (sameValue(values, withoutNothing(before[slug] ?? {}))) continue;
    changed[slug] = Object.keys(values).length > 0 ? values : null;
  }
  return changed;
}

function withoutNothing(values: Values): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== ''));
}

/** The contact as it will look when the change is saved, to be shown at once. */
export function preview(contact: Contact, change: ContactChange): Contact {
  const { meta: _, numbers, emails, groups, ...rest } = change;
  const texts = Object.fromEntries(Object.entries(rest).map(([field, text]) => [field, text ?? '']));
  return {
    ...contact,
    ...texts,
    ...(numbers && { numbers: plainItems(numbers) }),
    ...(emails && { emails: plainItems(emails) }),
    ...(groups && { groups }),
  };
}
