import { Button, Radio, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';

import { problemOf } from '~/api/problem';
import type { Phonebook } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { ProblemBox } from '~/shared/problems/ProblemBox';
import { texts as common } from '~/shared/texts';
import { Note } from '~/shared/vendor/Note';

import { dialled, examplesFor, type NumberForm } from './examples';
import { Section } from './Section';
import classes from './settings.module.css';
import { texts } from './texts';
import { useChange } from './useChange';

const PREFIX = /^[0-9*#,]{0,8}$/;

/** How numbers are written for phones, with examples that change while one chooses. */
export function NumberForms({ phonebook, canManage }: { phonebook: Phonebook; canManage: boolean }) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const stored = { form: phonebook.output.form ?? 'as_typed', prefix: phonebook.output.outside_prefix ?? '' };
  const [form, setForm] = useState<NumberForm>(stored.form);
  const [prefix, setPrefix] = useState(stored.prefix);
  const change = useChange(phonebook);
  useEffect(() => {
    setForm(stored.form);
    setPrefix(stored.prefix);
  }, [stored.form, stored.prefix]);
  const isWrong = !PREFIX.test(prefix);
  const isDirty = form !== stored.form || prefix !== stored.prefix;
  const forms: [NumberForm, string, string][] = [
    ['as_typed', t.formAsTyped, t.formAsTypedAbout],
    ['e164', t.formE164, t.formE164About],
    ['international_00', t.formInternational, t.formInternationalAbout],
    ['national', t.formNational, t.formNationalAbout],
  ];
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (!isWrong) change.mutate({ output: { form, outside_prefix: prefix } });
  };
  return (
    <Section title={t.numbers} about={t.numbersAbout}>
      <form noValidate onSubmit={onSubmit}>
        <Stack gap="md">
          <Radio.Group
            label={t.form}
            value={form}
            onChange={(value) => setForm(forms.find(([each]) => each === value)?.[0] ?? 'as_typed')}
            readOnly={!canManage}
          >
            <Stack gap={8} mt={6}>
              {forms.map(([value, label, about]) => (
                <Radio key={value} value={value} label={label} description={about} disabled={!canManage && value !== form} />
              ))}
            </Stack>
          </Radio.Group>
          <TextInput
            label={t.prefix}
            description={t.prefixAbout}
            value={prefix}
            onChange={(event) => setPrefix(event.currentTarget.value)}
            error={isWrong ? t.prefixWrong : undefined}
            readOnly={!canManage}
            inputMode="tel"
            autoComplete="off"
            maw={480}
          />
          <Examples region={phonebook.effective_region} form={form} prefix={isWrong ? '' : prefix} />
          {change.error &&
            (problemOf(change.error).isChangedMeanwhile ? (
              <Note tone="warn" isUrgent>
                {t.changedMeanwhile}
              </Note>
            ) : (
              <ProblemBox error={change.error} />
            ))}
          {canManage && (
            <Button type="submit" className={classes.start} loading={change.isPending} disabled={!isDirty || isWrong}>
              {c.save}
            </Button>
          )}
        </Stack>
      </form>
    </Section>
  );
}

function Examples({ region, form, prefix }: { region: string; form: NumberForm; prefix: string }) {
  const t = useTexts(texts);
  const { home, abroad, short } = examplesFor(region);
  const rows = [
    ...(home ? [[t.exampleHome, home] as const] : []),
    [t.exampleAbroad, abroad] as const,
    [t.exampleShort, short] as const,
  ];
  return (
    <div>
      <Title order={3} mb={4}>
        {t.examples}
      </Title>
      <Table className={classes.examples} aria-label={t.examples}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t.exampleTyped}</Table.Th>
            <Table.Th>{t.exampleGiven}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody aria-live="polite">
          {rows.map(([what, example]) => (
            <Table.Tr key={what}>
              <Table.Td>
                <span className={classes.mono}>{example.typed}</span>
                <Text size="xs" c="dimmed">
                  {what}
                </Text>
              </Table.Td>
              <Table.Td className={classes.mono}>{dialled(example, form, prefix)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
