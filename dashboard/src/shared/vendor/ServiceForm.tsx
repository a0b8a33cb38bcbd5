import { Button, Group, Stack, Text } from '@mantine/core';
import { type FormEvent, useEffect, useMemo, useRef, useState } from 'react';

import { problemOf } from '~/api/problem';
import type { Service } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useLanguage } from '~/i18n/language';
import { useTexts } from '~/i18n/texts';
import { ProblemBox } from '~/shared/problems/ProblemBox';
import { sentenceOf } from '~/shared/problems/sentences';
import { texts as common } from '~/shared/texts';

import { changesOf, type Complaint, complaintOf, type Entry, type Field, fieldsOf, openDraft, shownFields } from './draft';
import { FieldInput } from './FieldInput';
import { Note } from './Note';
import { texts } from './texts';
import { useDecision } from './useDecision';
import { wordsOf } from './words';

interface Props {
  phonebookId: string;
  service: Service;
  /** The word on the button. */
  submit: string;
  onCancel?: () => void;
  /** The service took the settings, or is still thinking about them. */
  onDone: (service: Service) => void;
}

/** The settings of a vendor service, drawn from its description, with every problem at its field. */
export default function ServiceForm({ phonebookId, service, submit, onCancel, onDone }: Props) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const { language } = useLanguage();
  const sentence = useComplaint();
  const fields = useMemo(() => fieldsOf(service.form), [service.form]);
  const [opened, setOpened] = useState(() => openDraft(fields, service.settings, service.automatic));
  const [draft, setDraft] = useState(opened);
  const [errors, setErrors] = useState<Record<string, string>>(() => problemsAt(service.problems));
  const [general, setGeneral] = useState(() => withoutField(service.problems, shownFields(fields, opened)));
  const shown = shownFields(fields, draft);
  const place = useRef<HTMLFormElement>(null);
  const decide = useDecision(phonebookId, service.slug, (answer) => {
    if (answer.problems.length === 0) return onDone(answer);
    const now = openDraft(fields, answer.settings, answer.automatic);
    setOpened(now);
    setDraft(now);
    complain(problemsAt(answer.problems));
    setGeneral(withoutField(answer.problems, shownFields(fields, now)));
  });

  /** Shows what is wrong at its fields, and goes to the first of them. */
  const complain = (next: Record<string, string>) => {
    setErrors(next);
    requestAnimationFrame(() => goToFirstProblem(place.current));
  };
  // Once a service is turned on, its answer comes with another form, and the button that was pressed is gone.
  useEffect(() => {
    if (document.activeElement === document.body) goToFirstProblem(place.current);
  }, []);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const found = shown.flatMap((field) => {
      const complaint = complaintOf(field, draft[field.name] ?? NOTHING);
      return complaint ? [[field.name, sentence(field, complaint)] as const] : [];
    });
    setGeneral([]);
    if (found.length > 0) return complain(Object.fromEntries(found));
    setErrors({});
    decide.mutate(
      { on: true, settings: changesOf(fields, opened, draft) },
      {
        onError: (error) => {
          const said = problemOf(error).problems.map((each) => ({
            field: each.field.replace(/^settings\./, ''),
            message: sentenceOf(each, language),
          }));
          setGeneral(withoutField(said, shown));
          complain(problemsAt(said));
        },
      },
    );
  };
  const change = (name: string, entry: Entry) => {
    setDraft((before) => ({ ...before, [name]: entry }));
    setErrors(({ [name]: _, ...others }) => others);
  };
  const failure = decide.error && problemOf(decide.error);
  const isAllAutomatic = shown.every(
    (field) => draft[field.name]?.isAutomatic || !field.isRequired || field.fallback !== undefined,
  );
  return (
    <form noValidate onSubmit={onSubmit} ref={place}>
      <Stack gap="md" maw={560}>
        {isAllAutomatic && !service.on && (
          <Text size="sm" c="dimmed">
            {t.allAutomatic}
          </Text>
        )}
        {shown.map((field) => (
          <FieldInput
            key={field.name}
            field={field}
            entry={draft[field.name] ?? NOTHING}
            error={errors[field.name]}
            onChange={(entry) => change(field.name, entry)}
          />
        ))}
        {general.length > 0 && (
          <Note tone="bad" isUrgent title={t.notTakenTitle}>
            {general.map((message) => (
              <Text size="sm" key={message}>
                {wordsOf(message, language)}
              </Text>
            ))}
          </Note>
        )}
        {failure && failure.problems.length === 0 && <ProblemBox error={failure} />}
        <Group justify="flex-end">
          {onCancel && (
            <Button variant="default" onClick={onCancel}>
              {c.cancel}
            </Button>
          )}
          <Button type="submit" loading={decide.isPending}>
            {submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function goToFirstProblem(form: HTMLFormElement | null) {
  form?.querySelector<HTMLElement>('[aria-invalid="true"], [role="group"]:has([role="alert"]) button')?.focus();
}

const NOTHING: Entry = { isAutomatic: false, value: '' };

interface Said {
  field: string;
  message: string;
}

function problemsAt(problems: readonly Said[]): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const { field, message } of problems) {
    if (field) errors[field] = [errors[field], message].filter(Boolean).join(' ');
  }
  return errors;
}

function withoutField(problems: readonly Said[], fields: readonly Field[]): string[] {
  return problems.filter(({ field }) => fields.every(({ name }) => name !== field)).map(({ message }) => message);
}

/** What is wrong with a field, as a sentence. */
function useComplaint(): (field: Field, complaint: Complaint) => string {
  const t = useTexts(texts);
  const format = useFormat();
  return ({ pattern }, complaint) => {
    switch (complaint.code) {
      case 'required':
        return t.required;
      case 'whole':
        return t.whole;
      case 'pattern':
        return pattern === '^[A-Za-z0-9_-]*$' ? t.patternUrl : t.pattern;
      default:
        return t[complaint.code](format.number(complaint.limit));
    }
  };
}
