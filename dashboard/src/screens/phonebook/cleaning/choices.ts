import type { ContactChange, FieldChoice } from '~/api/types';
import { type ContactField, isText, type Labelled, plainItems, sameValue } from '~/shared/contacts/fields';

/** One value that a field can get, with the contacts that say it. */
export interface Option {
  key: string;
  value: unknown;
  contacts: readonly string[];
}

/** What was decided about a field: one of its options by key, or a text of one's own. */
export type Decision = { key: string } | { own: string };

const EVERYTHING = 'all';

/** The different values of a field; of lists, all together is one too, and it is the proposal. */
export function optionsOf({ values, chosen }: Pick<FieldChoice, 'values' | 'chosen'>): Option[] {
  const options: Option[] = [];
  for (const { contact, value } of values) {
    if (isNothing(value)) continue;
    const known = options.find((option) => sameValue(bare(option.value), bare(value)));
    if (known) known.contacts = [...known.contacts, contact];
    else options.push({ key: contact, value, contacts: [contact] });
  }
  const isNew = !isNothing(chosen) && !options.some((option) => sameValue(bare(option.value), bare(chosen)));
  return isNew ? [{ key: EVERYTHING, value: chosen, contacts: [] }, ...options] : options;
}

/** The option that the server proposes. */
export function proposed(choice: Pick<FieldChoice, 'values' | 'chosen'>): string {
  const options = optionsOf(choice);
  return options.find(({ value }) => sameValue(bare(value), bare(choice.chosen)))?.key ?? options[0]?.key ?? '';
}

/** Whether there is anything to decide: more than one value. */
export function isOpen(choice: Pick<FieldChoice, 'values' | 'chosen'>): boolean {
  return optionsOf(choice).length > 1;
}

/** What is to be sent: the fields of which something else was chosen than what is proposed. */
export function resultOf(fields: readonly FieldChoice[], decisions: Readonly<Record<string, Decision>>): ContactChange {
  const result: Record<string, unknown> = {};
  for (const choice of fields) {
    const decision = decisions[choice.field];
    if (decision === undefined) continue;
    if ('own' in decision) result[choice.field] = decision.own;
    else if (decision.key !== proposed(choice)) {
      result[choice.field] = toSend(optionsOf(choice).find(({ key }) => key === decision.key)?.value);
    }
  }
  return result as ContactChange;
}

/** Only texts can be typed anew here. */
export function canType(field: string): boolean {
  return isText(field as ContactField);
}

function toSend(value: unknown): unknown {
  return isLines(value) ? plainItems(value) : value;
}

function bare(value: unknown): unknown {
  return isLines(value) ? plainItems(value) : value;
}

function isLines(value: unknown): value is Labelled[] {
  return Array.isArray(value) && value.some((item) => typeof item === 'object');
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
}
