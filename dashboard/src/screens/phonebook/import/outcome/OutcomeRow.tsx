import { Stack, Text } from '@mantine/core';
import { ArrowRight } from 'lucide-react';
import { memo } from 'react';

import type { Contact, ImportPreview, RowOutcome } from '~/api/types';
import { useLanguage } from '~/i18n/language';
import { useTexts } from '~/i18n/texts';
import { FieldValue, WasValue } from '~/shared/contacts/FieldValue';
import { calledName } from '~/shared/contacts/naming';
import { useFieldLabel } from '~/shared/contacts/useFieldLabel';
import { State, type Tone } from '~/shared/State';

import classes from '../import.module.css';
import { texts } from '../texts';
import { changesIn, type ShownRow } from './rows';
import { rowSentence } from './sentences';

const TONES: Record<RowOutcome, Tone> = {
  created: 'good',
  updated: 'warn',
  unchanged: 'quiet',
  skipped: 'quiet',
  rejected: 'bad',
};

interface Props {
  row: ShownRow;
  countedIn: ImportPreview['counted_in'];
}

/** A row of the file: what becomes of it, what it changes, and what is wrong with it. */
export const OutcomeRow = memo(function OutcomeRow({ row, countedIn }: Props) {
  const t = useTexts(texts);
  const { language } = useLanguage();
  const contact = row.contact && filled(row.contact);
  return (
    <li className={classes.row}>
      <Text size="sm" c="dimmed">
        {t[countedIn](row.line)}
      </Text>
      <State tone={TONES[row.outcome]}>{t[row.outcome]}</State>
      <Stack gap={4}>
        {contact && (
          <Text size="sm" fw={row.outcome === 'unchanged' ? 400 : 600}>
            {calledName(contact)}
          </Text>
        )}
        {contact && row.outcome === 'created' && <Says contact={contact} />}
        {row.outcome === 'updated' && <Changes row={row} />}
        {row.outcome === 'rejected' && row.cells.some(Boolean) && (
          <span className={classes.cells}>{row.cells.filter(Boolean).join(' · ')}</span>
        )}
        {row.problems.map((problem, n) => (
          <Text key={n} size="sm" c="var(--app-bad)">
            {rowSentence(problem, language)}
          </Text>
        ))}
        {row.warnings.map((warning, n) => (
          <Text key={n} size="sm" c="var(--app-warn)">
            {rowSentence(warning, language)}
          </Text>
        ))}
      </Stack>
    </li>
  );
});

/** The contact with every field there; a preview leaves out those that are empty. */
function filled(contact: Partial<Contact>): Contact {
  return { numbers: [], emails: [], groups: [], organization: '', ...contact } as Partial<Contact> as Contact;
}

/** What a new contact says, in a line. */
function Says({ contact }: { contact: Contact }) {
  const parts = [
    contact.organization,
    ...contact.numbers.map(({ value, label }) => (label ? `${value} (${label})` : value)),
    ...contact.emails.map(({ value }) => value),
    ...contact.groups,
  ];
  const said = parts.filter((part) => part && part !== calledName(contact)).join(' · ');
  return said ? (
    <Text size="sm" c="dimmed">
      {said}
    </Text>
  ) : null;
}

function Changes({ row }: { row: ShownRow }) {
  const label = useFieldLabel();
  return changesIn(row).map(({ field, before, after }) => (
    <div key={field} className={classes.change}>
      <Text size="sm" c="dimmed">
        {label(field)}
      </Text>
      <WasValue value={before} />
      <ArrowRight size={14} aria-hidden />
      <FieldValue value={after} />
    </div>
  ));
}
