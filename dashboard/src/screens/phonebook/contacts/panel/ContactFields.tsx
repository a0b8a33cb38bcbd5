import { Stack, TagsInput, Textarea, TextInput } from '@mantine/core';

import type { Contact } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import type { TextField } from '~/shared/contacts/fields';
import { NumberHint } from '~/shared/contacts/NumberHint';
import { texts as words } from '~/shared/contacts/texts';
import { useNumberChecks } from '~/shared/contacts/useNumberChecks';

import { useGroupNames } from '../toolbar/useGroupNames';
import type { Draft } from './draft';
import { LinesField } from './LinesField';
import classes from './panel.module.css';
import { texts } from './texts';

interface Props {
  phonebookId: string;
  contact: Contact | null;
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  errors: Readonly<Record<string, string>>;
  hasFocus: boolean;
}

/** Everything of a contact but what vendor services keep in it. */
export function ContactFields({ phonebookId, contact, draft, set, errors, hasFocus }: Props) {
  const t = useTexts(texts);
  const w = useTexts(words);
  const groups = useGroupNames(phonebookId);
  const checks = useNumberChecks(
    phonebookId,
    draft.numbers.map(({ value }) => value),
  );
  const text = (field: TextField) => ({
    label: w[field],
    value: draft[field],
    error: errors[field],
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) => set({ [field]: currentTarget.value }),
  });
  return (
    <Stack gap="sm">
      <div className={classes.pair}>
        <TextInput {...text('given_name')} data-autofocus={hasFocus || undefined} autoComplete="off" />
        <TextInput {...text('family_name')} autoComplete="off" />
      </div>
      <TextInput {...text('organization')} autoComplete="off" />
      <LinesField
        legend={w.numbers}
        type="tel"
        lines={draft.numbers}
        onChange={(numbers) => set({ numbers })}
        name={t.number}
        add={t.addNumber}
        error={(place, part) => errors[`numbers.${place}.${part}`]}
        hint={(line, id) => (
          <NumberHint
            id={id}
            check={checks.get(line.value)}
            e164={contact?.numbers.find(({ value }) => value === line.value)?.e164}
          />
        )}
      />
      <LinesField
        legend={w.emails}
        type="email"
        lines={draft.emails}
        onChange={(emails) => set({ emails })}
        name={t.email}
        add={t.addEmail}
        error={(place, part) => errors[`emails.${place}.${part}`]}
      />
      <TagsInput
        label={w.groups}
        description={t.groupsHelp}
        data={groups}
        openOnFocus={false}
        value={draft.groups}
        onChange={(next) => set({ groups: next })}
        error={Object.entries(errors).find(([field]) => field.startsWith('groups'))?.[1]}
        acceptValueOnBlur
        clearable={false}
      />
      <div className={classes.pair}>
        <TextInput {...text('department')} autoComplete="off" />
        <TextInput {...text('title')} autoComplete="off" />
      </div>
      <TextInput {...text('display_name')} description={t.displayHelp} autoComplete="off" />
      <Textarea {...text('note')} autosize minRows={2} maxRows={8} />
    </Stack>
  );
}
