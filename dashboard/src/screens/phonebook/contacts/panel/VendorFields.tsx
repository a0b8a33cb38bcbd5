import { Fieldset, MultiSelect, NumberInput, PasswordInput, Select, Stack, Switch, TextInput } from '@mantine/core';

import type { FormField } from '~/api/types';
import { useTexts } from '~/i18n/texts';

import type { Values } from './draft';
import { texts } from './texts';
import type { VendorForm } from './useVendorForms';

interface Props {
  form: VendorForm;
  values: Values;
  onChange: (values: Values) => void;
  /** What is wrong, by the name of the field. */
  errors: Readonly<Record<string, string>>;
}

/** What one vendor service keeps in a contact, drawn from its own description. */
export function VendorFields({ form, values, onChange, errors }: Props) {
  const t = useTexts(texts);
  return (
    <Fieldset legend={t.vendor(form.label)}>
      <Stack gap="sm">
        {form.fields.map((field) => (
          <VendorField
            key={field.name}
            field={field}
            value={values[field.name]}
            error={errors[field.name]}
            onChange={(value) => onChange({ ...values, [field.name]: value })}
          />
        ))}
      </Stack>
    </Fieldset>
  );
}

interface FieldProps {
  field: FormField;
  value: unknown;
  error: string | undefined;
  onChange: (value: unknown) => void;
}

function VendorField({ field, value, error, onChange }: FieldProps) {
  const t = useTexts(texts);
  const common = { label: field.title, description: field.help || undefined, error, required: field.required };
  const choices = (field.choices ?? []).map(({ value: each, title }) => ({ value: each, label: title }));
  const text = value === undefined || value === null ? '' : String(value);
  switch (field.kind) {
    case 'boolean':
      return (
        <Switch
          {...common}
          checked={Boolean(value ?? field.default)}
          onChange={({ currentTarget }) => onChange(currentTarget.checked)}
        />
      );
    case 'number':
      return (
        <NumberInput
          {...common}
          value={text}
          min={field.minimum ?? undefined}
          max={field.maximum ?? undefined}
          onChange={(next) => onChange(next === '' ? null : next)}
        />
      );
    case 'choice':
      return <Select {...common} data={choices} value={text || null} placeholder={t.none} clearable onChange={onChange} />;
    case 'choices':
      return (
        <MultiSelect
          {...common}
          data={choices}
          value={Array.isArray(value) ? value.map(String) : []}
          onChange={(next) => onChange(next.length > 0 ? next : null)}
        />
      );
    case 'secret':
      return (
        <PasswordInput
          {...common}
          autoComplete="off"
          value={text}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
        />
      );
    case 'text':
      return (
        <TextInput
          {...common}
          value={text}
          maxLength={field.max_length ?? undefined}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
        />
      );
  }
}
