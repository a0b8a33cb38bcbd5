import { Alert, Button, Group, Stack } from '@mantine/core';
import { Info, Trash2 } from 'lucide-react';
import { type FormEvent, type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';

import type { ApiProblem } from '~/api/problem';
import type { Contact, ContactChange } from '~/api/types';
import { useLanguage } from '~/i18n/language';
import { useTexts } from '~/i18n/texts';
import { TEXT_FIELDS } from '~/shared/contacts/fields';
import { ProblemBox } from '~/shared/problems/ProblemBox';
import { sentenceOf } from '~/shared/problems/sentences';
import { texts as common } from '~/shared/texts';

import { ContactFields } from './ContactFields';
import { changesOf, type Draft, draftOf, isUnchanged, newLine } from './draft';
import classes from './panel.module.css';
import { ReadOnly } from './ReadOnly';
import { texts } from './texts';
import type { VendorForm } from './useVendorForms';
import { VendorFields } from './VendorFields';

interface Props {
  phonebookId: string;
  /** The contact that is edited; null: a new one. */
  contact: Contact | null;
  /** What was typed before and could not be saved. */
  typed: ContactChange | undefined;
  forms: readonly VendorForm[];
  services: Readonly<Record<string, string>>;
  /** A source outside keeps it: only what vendor services keep can be changed. */
  isKept: boolean;
  problem: ApiProblem | null;
  isBusy: boolean;
  hasFocus: boolean;
  onDirty: (isDirty: boolean) => void;
  onSave: (base: Contact | null, change: ContactChange, addAnother: boolean) => void;
  onCancel: () => void;
  onDelete: ((contact: Contact) => void) | null;
}

/** All fields of a contact. It keeps what it began with, so that nobody's change in between is overwritten. */
export function ContactForm(props: Props) {
  const { phonebookId, contact, typed, forms, services, isKept, problem, isBusy, hasFocus, onDirty, onSave } = props;
  const t = useTexts(texts);
  const c = useTexts(common);
  const { language } = useLanguage();
  const [base, setBase] = useState(contact);
  const [draft, setDraft] = useState(() => begin(contact, typed));
  const change = useMemo(() => changesOf(base, draft), [base, draft]);
  const isDirty = !isUnchanged(change);

  // While nothing is typed, it shows what others do; afterwards it only says that they did something.
  const isOvertaken = contact !== null && base !== null && contact.version > base.version;
  if (isOvertaken && !isDirty) {
    setBase(contact);
    setDraft(draftOf(contact));
  }

  const set = (part: Partial<Draft>) => {
    const next = { ...draft, ...part };
    setDraft(next);
    onDirty(!isUnchanged(changesOf(base, next)));
  };
  const errors = useMemo(
    () => Object.fromEntries((problem?.problems ?? []).map((each) => [each.field, sentenceOf(each, language)])),
    [problem, language],
  );
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (problem) form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  }, [problem]);
  const save = (addAnother: boolean) => onSave(base, change, addAnother);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    save(false);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const mod = event.ctrlKey || event.metaKey;
    if (!mod || (event.key !== 's' && event.key !== 'Enter')) return;
    event.preventDefault();
    save(contact === null && event.shiftKey);
  };
  return (
    <form ref={form} noValidate onSubmit={onSubmit} onKeyDown={onKeyDown}>
      <Stack gap="md">
        {isOvertaken && isDirty && (
          <Alert variant="default" icon={<Info size={18} aria-hidden color="var(--app-warn)" />} role="status">
            {t.changedMeanwhile}
          </Alert>
        )}
        {problem && !isAtFields(problem) && <ProblemBox error={problem} />}
        {isKept && contact ? (
          <ReadOnly contact={contact} services={services} />
        ) : (
          <ContactFields
            phonebookId={phonebookId}
            contact={base}
            draft={draft}
            set={set}
            errors={errors}
            hasFocus={hasFocus}
          />
        )}
        {forms.map((form) => (
          <VendorFields
            key={form.slug}
            form={form}
            values={draft.meta[form.slug] ?? {}}
            onChange={(values) => set({ meta: { ...draft.meta, [form.slug]: values } })}
            errors={partOf(errors, `meta.${form.slug}.`)}
          />
        ))}
        <Group justify="space-between" className={classes.footer} gap="xs">
          {contact && props.onDelete ? (
            <Button
              variant="subtle"
              color="gray"
              c="var(--app-bad)"
              leftSection={<Trash2 size={16} aria-hidden />}
              onClick={() => props.onDelete?.(contact)}
            >
              {t.delete}
            </Button>
          ) : (
            <span />
          )}
          <Group gap="xs" ml="auto">
            <Button variant="default" onClick={props.onCancel}>
              {c.cancel}
            </Button>
            {contact === null && (
              <Button variant="default" onClick={() => save(true)} disabled={isBusy}>
                {t.saveAnother}
              </Button>
            )}
            <Button type="submit" loading={isBusy}>
              {t.save}
            </Button>
          </Group>
        </Group>
      </Stack>
    </form>
  );
}

const FIELD = new RegExp(`^(${TEXT_FIELDS.join('|')}|(numbers|emails)\\.\\d+\\.(value|label)|groups|meta\\.)`);

/** Whether everything that is wrong is said at a field. */
function isAtFields({ problems }: ApiProblem): boolean {
  return problems.length > 0 && problems.every(({ field }) => FIELD.test(field) && field !== 'external_id');
}

/** A new contact has a line for a number at once. */
function begin(contact: Contact | null, typed: ContactChange | undefined): Draft {
  const draft = draftOf(contact, typed);
  return contact === null && draft.numbers.length === 0 ? { ...draft, numbers: [newLine()] } : draft;
}

function partOf(errors: Readonly<Record<string, string>>, prefix: string): Record<string, string> {
  const found = Object.entries(errors).filter(([field]) => field.startsWith(prefix));
  return Object.fromEntries(found.map(([field, message]) => [field.slice(prefix.length), message]));
}
