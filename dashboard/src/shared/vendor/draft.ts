import type { Form, FormField } from '~/api/types';

/** What one setting can be. A secret is a text that is never shown. */
export type Value = string | number | boolean | readonly string[];

/** A field of a service's form with all that it may leave out filled in. */
export interface Field {
  name: string;
  kind: FormField['kind'];
  title: string;
  help: string;
  isRequired: boolean;
  /** What holds when nothing is entered; undefined when nothing does. */
  fallback: Value | undefined;
  /** Where the server takes the value from when nobody entered one. */
  source: NonNullable<FormField['automatic']> | null;
  minLength: number | null;
  maxLength: number | null;
  minimum: number | null;
  maximum: number | null;
  pattern: string;
  choices: readonly { value: string; title: string }[];
  /** It is asked only when this other field, which stands before it, is shown and has the value. */
  shownWhen: { field: string; value: string | boolean } | null;
}

/** A field while it is edited. */
export interface Entry {
  /** The server fills it in by itself. */
  isAutomatic: boolean;
  /** What stands in the field; an emptied number is ''. */
  value: Value;
  /** There is a secret that somebody typed; an empty field leaves it alone. */
  isStored?: boolean;
}

export type Draft = Readonly<Record<string, Entry>>;

/** What a person should mend before the service is asked at all. */
export type Complaint =
  | { code: 'required' | 'pattern' | 'whole' }
  | { code: 'short' | 'long' | 'low' | 'high'; limit: number };

/** The fields in their order. What is absent in the answer has its usual value. */
export function fieldsOf(form: Partial<Form>): Field[] {
  return (form.fields ?? []).map((field: Partial<FormField> & Pick<FormField, 'name' | 'kind' | 'title'>) => ({
    name: field.name,
    kind: field.kind,
    title: field.title,
    help: field.help ?? '',
    isRequired: field.required ?? false,
    fallback: field.default === undefined || field.default === null ? undefined : readValue(field.kind, field.default),
    source: field.automatic ?? null,
    minLength: field.min_length ?? null,
    maxLength: field.max_length ?? null,
    minimum: field.minimum ?? null,
    maximum: field.maximum ?? null,
    pattern: field.pattern ?? '',
    choices: field.choices ?? [],
    shownWhen: field.shown_when ?? null,
  }));
}

/** The fields that are asked as the form is filled in now. */
export function shownFields(fields: readonly Field[], draft: Draft): Field[] {
  const shown = new Set<string>();
  return fields.filter(({ name, shownWhen }) => {
    if (shownWhen !== null) {
      const value = draft[shownWhen.field]?.value;
      const holds = Array.isArray(value) ? value.includes(shownWhen.value) : value === shownWhen.value;
      if (!holds || !shown.has(shownWhen.field)) return false;
    }
    shown.add(name);
    return true;
  });
}

/** The form as it is opened: what holds now, and what of it nobody entered. */
export function openDraft(
  fields: readonly Field[],
  settings: Readonly<Record<string, unknown>>,
  automatic: readonly string[],
): Draft {
  return Object.fromEntries(
    fields.map(({ name, kind, source }) => {
      const isAutomatic = source !== null && automatic.includes(name);
      const entry: Entry = { isAutomatic, value: readValue(kind, settings[name]) };
      return [name, kind === 'secret' ? { ...entry, isStored: !isAutomatic && name in settings } : entry];
    }),
  );
}

/** What is to be sent: only what was changed. Null gives a setting back its automatic value or its default. */
export function changesOf(fields: readonly Field[], before: Draft, now: Draft): Record<string, Value | null> {
  const changes: Record<string, Value | null> = {};
  for (const { name, kind } of fields) {
    const [was, is] = [before[name], now[name]];
    if (!was || !is) continue;
    if (kind === 'secret') {
      if (!is.isAutomatic && is.value !== '') changes[name] = is.value;
    } else if (is.isAutomatic) {
      if (!was.isAutomatic) changes[name] = null;
    } else if (was.isAutomatic || !isSame(was.value, is.value)) {
      changes[name] = is.value === '' ? null : is.value;
    }
  }
  return changes;
}

/** The first thing that is wrong with a field as its description says; the service may find more. */
export function complaintOf(field: Field, { isAutomatic, value, isStored = false }: Entry): Complaint | null {
  if (isAutomatic) return null;
  if (value === '') return field.isRequired && field.fallback === undefined && !isStored ? { code: 'required' } : null;
  if (typeof value === 'number') return numberComplaint(field, value);
  if (typeof value === 'string' && (field.kind === 'text' || field.kind === 'secret')) return textComplaint(field, value);
  return null;
}

function numberComplaint({ minimum, maximum, fallback }: Field, value: number): Complaint | null {
  if (minimum !== null && value < minimum) return { code: 'low', limit: minimum };
  if (maximum !== null && value > maximum) return { code: 'high', limit: maximum };
  return typeof fallback === 'number' && Number.isInteger(fallback) && !Number.isInteger(value) ? { code: 'whole' } : null;
}

function textComplaint({ minLength, maxLength, pattern }: Field, value: string): Complaint | null {
  const length = [...value].length;
  if (minLength !== null && length < minLength) return { code: 'short', limit: minLength };
  if (maxLength !== null && length > maxLength) return { code: 'long', limit: maxLength };
  return isLike(pattern, value) ? null : { code: 'pattern' };
}

/** Whether a value has the pattern; one that this browser cannot read is left to the service. */
function isLike(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(value);
  } catch {
    return true;
  }
}

function readValue(kind: FormField['kind'], raw: unknown): Value {
  switch (kind) {
    case 'boolean':
      return raw === true;
    case 'number':
      return typeof raw === 'number' ? raw : '';
    case 'choices':
      return Array.isArray(raw) ? raw.filter((each): each is string => typeof each === 'string') : [];
    default:
      return typeof raw === 'string' ? raw : '';
  }
}

function isSame(one: Value, other: Value): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
