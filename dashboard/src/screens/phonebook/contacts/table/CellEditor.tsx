import { Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { type FocusEvent, type KeyboardEvent, type RefObject, useRef, useState } from 'react';

import type { Contact, ContactChange } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { calledName } from '~/shared/contacts/naming';
import { NumberHint } from '~/shared/contacts/NumberHint';
import { useNumberChecks } from '~/shared/contacts/useNumberChecks';

import { changesOf, type Draft, draftOf, newLine } from '../panel/draft';
import { useGroupNames } from '../toolbar/useGroupNames';
import { texts } from '../texts';
import { type ColumnId, EDITORS } from './columns';
import classes from './table.module.css';
import type { Move } from './useGrid';

interface Props {
  contact: Contact;
  column: ColumnId;
  phonebookId: string;
  /** What is typed; it outlives the editor, which goes when its row is scrolled out of sight. */
  typed: RefObject<Draft | null>;
  onDone: (change: ContactChange, move: Move) => void;
}

type SetDraft = (draft: Draft) => void;
interface FieldProps {
  draft: Draft;
  set: SetDraft;
  label: string;
}

/** A cell while it is edited. Enter and Tab save and go on, Escape lets go. */
export default function CellEditor({ contact, column, phonebookId, typed, onDone }: Props) {
  const t = useTexts(texts);
  const [draft, setDraft] = useState(() => typed.current ?? withEmptyLine(draftOf(contact), column));
  const set = (next: Draft) => {
    typed.current = next;
    setDraft(next);
  };
  const box = useRef<HTMLDivElement>(null);
  const isDone = useRef(false);
  /** A group that is typed but not taken yet. */
  const pending = useRef('');

  const finish = (move: Move, isKept = true) => {
    if (isDone.current) return;
    isDone.current = true;
    const group = pending.current.trim();
    const groups = group && !draft.groups.includes(group) ? [...draft.groups, group] : draft.groups;
    onDone(isKept ? changesOf(contact, { ...draft, groups }) : {}, move);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    event.stopPropagation();
    if (event.key === 'Escape') {
      event.preventDefault();
      finish('stay', false);
    } else if (event.key === 'Enter' && !event.defaultPrevented) {
      event.preventDefault();
      finish(event.shiftKey ? 'up' : 'down');
    } else if (event.key === 'Tab') {
      const inputs = [...(box.current?.querySelectorAll('input') ?? [])];
      const at = inputs.indexOf(event.target as HTMLInputElement) + (event.shiftKey ? -1 : 1);
      if (at >= 0 && at < inputs.length) return;
      event.preventDefault();
      finish(event.shiftKey ? 'previous' : 'next');
    }
  };
  const onBlur = ({ relatedTarget }: FocusEvent) => {
    if (relatedTarget === null || !box.current?.contains(relatedTarget)) finish('stay');
  };
  const kind = EDITORS[column];
  const label = t.editing(t[column], calledName(contact));
  const field = { draft, set, label };
  return (
    <div
      ref={box}
      className={`${classes.editor} ${kind === 'text' ? '' : classes.editorWide}`}
      onKeyDown={onKeyDown}
      onBlur={onBlur}
      onDoubleClick={(event) => event.stopPropagation()}
      onClick={(event) => event.stopPropagation()}
    >
      {kind === 'name' && <NameFields {...field} />}
      {kind === 'text' && column !== 'updated' && <TextField {...field} column={column} />}
      {column === 'numbers' && <NumberFields {...field} phonebookId={phonebookId} contact={contact} />}
      {column === 'emails' && <EmailFields {...field} />}
      {kind === 'tags' && <GroupField {...field} phonebookId={phonebookId} pending={pending} />}
    </div>
  );
}

function withEmptyLine(draft: Draft, column: ColumnId): Draft {
  return column === 'numbers' || column === 'emails' ? { ...draft, [column]: [...draft[column], newLine()] } : draft;
}

function NameFields({ draft, set }: FieldProps) {
  const t = useTexts(texts);
  if (draft.display_name) {
    return (
      <TextInput
        size="xs"
        autoFocus
        aria-label={t.name}
        value={draft.display_name}
        onChange={({ currentTarget }) => set({ ...draft, display_name: currentTarget.value })}
      />
    );
  }
  return (
    <Stack gap={6}>
      {(['given_name', 'family_name'] as const).map((part, n) => (
        <TextInput
          key={part}
          size="xs"
          autoFocus={n === 0}
          aria-label={n === 0 ? t.givenName : t.familyName}
          placeholder={n === 0 ? t.givenName : t.familyName}
          value={draft[part]}
          onChange={({ currentTarget }) => set({ ...draft, [part]: currentTarget.value })}
        />
      ))}
    </Stack>
  );
}

type TextColumn = Exclude<ColumnId, 'name' | 'numbers' | 'emails' | 'groups' | 'updated'>;

function TextField({ draft, set, label, column }: FieldProps & { column: ColumnId }) {
  const field = column as TextColumn;
  return (
    <TextInput
      size="xs"
      autoFocus
      aria-label={label}
      value={draft[field]}
      onChange={({ currentTarget }) => set({ ...draft, [field]: currentTarget.value })}
    />
  );
}

function NumberFields({ draft, set, label, phonebookId, contact }: FieldProps & { phonebookId: string; contact: Contact }) {
  const t = useTexts(texts);
  const checks = useNumberChecks(
    phonebookId,
    draft.numbers.map(({ value }) => value),
  );
  return (
    <Stack gap={6}>
      {draft.numbers.map((line, n) => (
        <div key={line.key}>
          <TextInput
            size="xs"
            type="tel"
            autoFocus={n === 0}
            aria-label={`${label} ${n + 1}`}
            placeholder={n === draft.numbers.length - 1 ? t.addNumber : undefined}
            value={line.value}
            rightSection={line.label && <Text size="xs" c="dimmed">{line.label}</Text>}
            rightSectionWidth={line.label ? 64 : 0}
            onChange={({ currentTarget: { value } }) =>
              set({ ...draft, numbers: draft.numbers.map((each) => (each.key === line.key ? { ...each, value } : each)) })
            }
          />
          <NumberHint
            check={checks.get(line.value)}
            e164={contact.numbers.find(({ value }) => value === line.value)?.e164}
          />
        </div>
      ))}
    </Stack>
  );
}

function EmailFields({ draft, set, label }: FieldProps) {
  const t = useTexts(texts);
  return (
    <Stack gap={6}>
      {draft.emails.map((line, n) => (
        <TextInput
          key={line.key}
          size="xs"
          type="email"
          autoFocus={n === 0}
          aria-label={`${label} ${n + 1}`}
          placeholder={n === draft.emails.length - 1 ? t.addEmail : undefined}
          value={line.value}
          onChange={({ currentTarget: { value } }) =>
            set({ ...draft, emails: draft.emails.map((each) => (each.key === line.key ? { ...each, value } : each)) })
          }
        />
      ))}
    </Stack>
  );
}

interface GroupProps extends FieldProps {
  phonebookId: string;
  pending: RefObject<string>;
}

function GroupField({ draft, set, label, phonebookId, pending }: GroupProps) {
  const names = useGroupNames(phonebookId);
  const [search, setSearch] = useState('');
  return (
    <TagsInput
      size="xs"
      autoFocus
      aria-label={label}
      data={names}
      value={draft.groups}
      onChange={(groups) => set({ ...draft, groups })}
      searchValue={search}
      onSearchChange={(text) => {
        pending.current = text;
        setSearch(text);
      }}
      comboboxProps={{ withinPortal: false }}
    />
  );
}
