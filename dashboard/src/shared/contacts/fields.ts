import type { Contact } from '~/api/types';

/** The fields of a contact that are one text, in the order in which people read them. */
export const TEXT_FIELDS = [
  'given_name',
  'family_name',
  'display_name',
  'organization',
  'department',
  'title',
  'note',
  'external_id',
] as const;
export type TextField = (typeof TEXT_FIELDS)[number];

/** Every field with content; the values of a vendor service are `meta.` and its short name. */
export type ContactField = TextField | 'numbers' | 'emails' | 'groups' | `meta.${string}`;

export interface Labelled {
  value: string;
  label: string;
}

/** What stands in a field, without what the server derives. */
export function valueOf(contact: Partial<Contact>, field: ContactField): unknown {
  if (field === 'numbers' || field === 'emails') return plainItems(contact[field] ?? []);
  if (field === 'groups') return contact.groups ?? [];
  if (isText(field)) return contact[field] ?? '';
  return contact.meta?.[field.slice('meta.'.length)] ?? null;
}

export function isText(field: ContactField): field is TextField {
  return (TEXT_FIELDS as readonly string[]).includes(field);
}

export function plainItems(items: readonly { value: string; label?: string | null }[]): Labelled[] {
  return items.map(({ value, label }) => ({ value, label: label ?? '' }));
}

/** Whether two values of a field say the same. */
export function sameValue(one: unknown, other: unknown): boolean {
  return JSON.stringify(inOrder(one)) === JSON.stringify(inOrder(other));
}

/** The value with the keys of its objects in one order. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, inOrder(each)]),
  );
}

/** The fields in which one of the contacts says something. */
export function fieldsIn(contacts: readonly Partial<Contact>[]): ContactField[] {
  const slugs = [...new Set(contacts.flatMap(({ meta }) => Object.keys(meta ?? {})))].sort();
  const all: ContactField[] = [...TEXT_FIELDS, 'numbers', 'emails', 'groups'];
  return [...all, ...slugs.map((slug) => `meta.${slug}` as const)];
}
