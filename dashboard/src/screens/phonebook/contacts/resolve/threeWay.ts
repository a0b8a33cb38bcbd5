import type { Contact, ContactChange } from '~/api/types';
import { type ContactField, fieldsIn, type Labelled, sameValue, valueOf } from '~/shared/contacts/fields';

/** A field that one or both changed since the same state of a contact. */
export interface FieldDecision {
  field: ContactField;
  before: unknown;
  mine: unknown;
  theirs: unknown;
  /** Who changed it: only one of both, or both in different ways. */
  by: 'me' | 'them' | 'both';
  /** Both together, where that makes sense: lists. */
  union: unknown;
}

export type Choice = 'mine' | 'theirs' | 'union';

/** The contact as it would be with this change. */
export function withChange(base: Contact, change: ContactChange): Partial<Contact> {
  const meta = Object.entries({ ...base.meta, ...change.meta }).filter(([, values]) => values !== null);
  return { ...base, ...change, meta: Object.fromEntries(meta) } as Partial<Contact>;
}

/** Every field that is not as it was for both, given what I wanted to save and what is stored now. */
export function decisions(base: Contact, change: ContactChange, stored: Contact): FieldDecision[] {
  const wanted = withChange(base, change);
  const found: FieldDecision[] = [];
  for (const field of fieldsIn([base, wanted, stored])) {
    const [before, mine, theirs] = [valueOf(base, field), valueOf(wanted, field), valueOf(stored, field)];
    if (sameValue(mine, theirs)) continue;
    const by = sameValue(theirs, before) ? 'me' : sameValue(mine, before) ? 'them' : 'both';
    found.push({ field, before, mine, theirs, by, union: by === 'both' ? unionOf(field, mine, theirs) : null });
  }
  return found;
}

/** What is chosen before anybody chooses: each change of one alone; where both changed something, theirs stays. */
export function usualChoice({ by }: FieldDecision): Choice {
  return by === 'me' ? 'mine' : 'theirs';
}

/** What is to be sent now, based on what is stored. */
export function resolved(found: readonly FieldDecision[], choices: Readonly<Record<string, Choice>>): ContactChange {
  const change: Record<string, unknown> = {};
  const meta: Record<string, unknown> = {};
  for (const decision of found) {
    const choice = choices[decision.field] ?? usualChoice(decision);
    if (choice === 'theirs') continue;
    const value = choice === 'mine' ? decision.mine : decision.union;
    if (decision.field.startsWith('meta.')) meta[decision.field.slice('meta.'.length)] = value;
    else change[decision.field] = value;
  }
  return (Object.keys(meta).length > 0 ? { ...change, meta } : change) as ContactChange;
}

function unionOf(field: ContactField, mine: unknown, theirs: unknown): unknown {
  if (field === 'groups') return [...new Set([...(theirs as string[]), ...(mine as string[])])];
  if (field !== 'numbers' && field !== 'emails') return null;
  const stored = theirs as Labelled[];
  const known = new Set(stored.map(({ value }) => bare(value)));
  return [...stored, ...(mine as Labelled[]).filter(({ value }) => !known.has(bare(value)))];
}

function bare(value: string): string {
  return value.replace(/[\s()/.-]/g, '').toLowerCase();
}
