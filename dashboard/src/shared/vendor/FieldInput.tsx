import { Badge, Button, Checkbox, Group, NumberInput, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { Sparkles } from 'lucide-react';
import { useId, type ReactNode } from 'react';

import { useLanguage } from '~/i18n/language';
import { useTexts } from '~/i18n/texts';
import { PasswordField } from '~/shared/PasswordField';

import type { Entry, Field, Value } from './draft';
import { texts } from './texts';
import classes from './vendor.module.css';
import { wordsOf } from './words';

interface Props {
  field: Field;
  entry: Entry;
  error: string | undefined;
  onChange: (entry: Entry) => void;
}

/** One setting as its description wants it drawn. What the server fills in by itself is shown, and can be taken over. */
export function FieldInput({ field, entry, error, onChange }: Props) {
  const t = useTexts(texts);
  const { language } = useLanguage();
  const label = wordsOf(field.title, language);
  const set = (value: Value) => onChange({ ...entry, isAutomatic: false, value });
  if (entry.isAutomatic) {
    return <AutomaticField field={field} entry={entry} label={label} onTake={() => set(entry.value)} error={error} />;
  }
  return (
    <Stack gap={4} align="stretch">
      <TypedField field={field} entry={entry} label={label} error={error} onChange={set} />
      {field.source !== null && !entry.isStored && (
        <Button
          size="compact-xs"
          variant="subtle"
          className={classes.back}
          aria-label={t.backField(label)}
          onClick={() => onChange({ ...entry, isAutomatic: true })}
        >
          {t.backToAutomatic}
        </Button>
      )}
    </Stack>
  );
}

interface AutomaticProps {
  field: Field;
  entry: Entry;
  label: string;
  error: string | undefined;
  onTake: () => void;
}

function AutomaticField({ field, entry, label, error, onTake }: AutomaticProps) {
  const t = useTexts(texts);
  const id = useId();
  const sources: Record<NonNullable<Field['source']>, string> = {
    'phonebook.name': t.fromPhonebookName,
    'site.name': t.fromSiteName,
    'phonebook.region': t.fromRegion,
    'generated.username': t.generatedUsername,
    'generated.secret': t.generatedSecret,
  };
  const shown = field.kind === 'secret' || entry.value === '' ? t.automaticHidden : String(entry.value);
  return (
    <div role="group" aria-labelledby={id}>
      <Text size="sm" fw={600} id={id}>
        {label}
      </Text>
      <Group justify="space-between" gap="xs" wrap="nowrap" className={classes.automatic}>
        <Text size="sm" className={classes.value}>
          {shown}
        </Text>
        <Badge variant="light" size="sm" tt="none" leftSection={<Sparkles size={12} aria-hidden />} className={classes.badge}>
          {t.automatic}
        </Badge>
      </Group>
      <Group justify="space-between" gap="xs" mt={2}>
        <Text size="xs" c="dimmed">
          {field.source && sources[field.source]}
        </Text>
        <Button size="compact-xs" variant="subtle" aria-label={t.changeField(label)} onClick={onTake}>
          {t.change}
        </Button>
      </Group>
      {error !== undefined && (
        <Text size="xs" c="error" role="alert">
          {error}
        </Text>
      )}
    </div>
  );
}

interface TypedProps {
  field: Field;
  entry: Entry;
  label: string;
  error: string | undefined;
  onChange: (value: Value) => void;
}

function TypedField({ field, entry: { value, isStored: isKept = false }, label, error, onChange }: TypedProps) {
  const t = useTexts(texts);
  const { language } = useLanguage();
  const help = wordsOf(field.help, language);
  const choices = field.choices.map(({ value, title }) => ({ value, label: wordsOf(title, language) }));
  const usual = field.fallback === undefined || field.kind === 'boolean' ? '' : t.usual(shownFallback(field));
  const about: ReactNode = [help, value === '' ? usual : ''].filter(Boolean).join(' ') || undefined;
  const common = { label, description: about, error, required: field.isRequired && field.fallback === undefined };
  switch (field.kind) {
    case 'boolean':
      return (
        <Switch
          label={label}
          description={about}
          error={error}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case 'number':
      return (
        <NumberInput
          {...common}
          min={field.minimum ?? undefined}
          max={field.maximum ?? undefined}
          clampBehavior="none"
          value={typeof value === 'number' ? value : ''}
          onChange={(next) => onChange(typeof next === 'number' || next === '' ? next : Number(next))}
        />
      );
    case 'choice':
      return (
        <Select
          {...common}
          data={choices}
          clearable={!field.isRequired}
          searchable={choices.length > 8}
          value={typeof value === 'string' && value !== '' ? value : null}
          onChange={(next) => onChange(next ?? '')}
        />
      );
    case 'choices':
      return (
        <Checkbox.Group {...common} value={Array.isArray(value) ? [...value] : []} onChange={(next) => onChange(next)}>
          <Stack gap={6} mt={6}>
            {choices.map((choice) => (
              <Checkbox key={choice.value} value={choice.value} label={choice.label} />
            ))}
          </Stack>
        </Checkbox.Group>
      );
    case 'secret':
      return (
        <PasswordField
          {...common}
          name={field.name}
          autoComplete="new-password"
          description={isKept ? t.secretOwn : about}
          placeholder={isKept ? t.secretKept : undefined}
          value={String(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case 'text':
      return (
        <TextInput
          {...common}
          name={field.name}
          autoComplete="off"
          value={String(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
  }
}

function shownFallback({ fallback, choices }: Field): string {
  const titles = [fallback].flat().map((value) => choices.find((choice) => choice.value === value)?.title ?? String(value));
  return `“${titles.join(', ')}”`;
}
