import { Button, Group, Radio, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { api, sent } from '~/api/client';
import type { ApiProblem } from '~/api/problem';
import type { Source, SourceCheck } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useLanguage } from '~/i18n/language';
import { useTexts } from '~/i18n/texts';
import { FormDialog } from '~/shared/FormDialog';
import { PasswordField } from '~/shared/PasswordField';
import { useFieldProblems } from '~/shared/problems/fields';
import { tellDone } from '~/shared/toasts';
import { everyOf } from '~/shared/vendor/every';
import { Note } from '~/shared/vendor/Note';

import { texts } from './texts';
import { troubleOf } from './trouble';

/** How often a source can be read, in minutes. */
const INTERVALS = [5, 15, 30, 60, 180, 360, 720, 1440, 10_080];

interface Props {
  phonebookId: string;
  /** The source that is changed; without it one is added. */
  source: Source | undefined;
  /** Another address than the source has. */
  url: string | undefined;
  onClose: () => void;
}

/** Where an address book is, who may read it, and how often it is read. It can be tested before. */
export default function SourceDialog({ phonebookId, source, url, onClose }: Props) {
  const t = useTexts(texts);
  const { language } = useLanguage();
  const client = useQueryClient();
  const putProblems = useFieldProblems();
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const form = useForm({
    initialValues: {
      kind: source?.kind ?? 'carddav',
      url: url ?? source?.url ?? '',
      username: source?.username ?? '',
      password: '',
      name: source?.name ?? '',
      every_minutes: String(source?.every_minutes ?? 60),
    },
    validate: { url: (text) => (text.trim() ? null : t.fillIn) },
  });
  const { values } = form;
  const sending = {
    meta: { inPlace: true },
    onMutate: () => setProblem(null),
    onError: (error: unknown) => setProblem(putProblems(form, error)),
  };
  const test = useMutation({
    ...sending,
    mutationFn: () =>
      sent(
        api.POST('/api/v1/phonebooks/{phonebook_id}/sources/check', {
          params: { path: { phonebook_id: phonebookId } },
          body: {
            kind: values.kind,
            url: values.url.trim(),
            username: values.username,
            ...(source ? { source_id: source.id } : {}),
            ...(values.password || !source ? { password: values.password } : {}),
          },
        }),
      ),
  });
  const save = useMutation({
    ...sending,
    mutationFn: () => {
      const body = {
        url: values.url.trim(),
        username: values.username,
        name: values.name,
        every_minutes: Number(values.every_minutes),
        ...(values.password ? { password: values.password } : {}),
      };
      const path = { phonebook_id: phonebookId };
      if (!source) {
        return sent(
          api.POST('/api/v1/phonebooks/{phonebook_id}/sources', { params: { path }, body: { ...body, kind: values.kind } }),
        );
      }
      return sent(
        api.PATCH('/api/v1/phonebooks/{phonebook_id}/sources/{source_id}', {
          params: { path: { ...path, source_id: source.id }, header: { 'If-Match': `"${source.version}"` } },
          body,
        }),
      );
    },
    onSuccess: () => {
      void client.invalidateQueries();
      if (!source) tellDone(t.added);
      onClose();
    },
  });
  const intervals = [...new Set([...INTERVALS, Number(values.every_minutes)])].sort((a, b) => a - b);
  return (
    <FormDialog
      opened
      title={source ? t.editTitle(source.name) : t.addTitle}
      submit={source ? t.save : t.submit}
      onClose={onClose}
      onSubmit={form.onSubmit(() => save.mutate())}
      isBusy={save.isPending}
      problem={problem}
    >
      {!source && (
        <Radio.Group label={t.kind} {...form.getInputProps('kind')}>
          <Stack gap={6} mt={6}>
            <Radio value="carddav" label={t.kindCarddav} description={t.carddavAbout} />
            <Radio value="file" label={t.kindFile} description={t.fileAbout} />
          </Stack>
        </Radio.Group>
      )}
      <TextInput
        label={t.url}
        description={values.kind === 'carddav' ? t.urlCarddav : t.urlFile}
        placeholder="https://"
        type="url"
        required
        data-autofocus
        {...form.getInputProps('url')}
      />
      <TextInput label={t.username} autoComplete="off" {...form.getInputProps('username')} />
      <PasswordField
        label={t.password}
        description={source?.has_password ? t.passwordKept : t.passwordAbout}
        autoComplete="new-password"
        {...form.getInputProps('password')}
      />
      <Group align="flex-end" gap="sm">
        <Button
          variant="default"
          loading={test.isPending}
          onClick={() => {
            if (!form.validate().hasErrors) test.mutate();
          }}
        >
          {t.test}
        </Button>
      </Group>
      {test.data && <TestResult result={test.data} onChoose={(chosen) => form.setFieldValue('url', chosen)} />}
      <TextInput label={t.name} description={t.nameAbout} autoComplete="off" {...form.getInputProps('name')} />
      <Select
        label={t.interval}
        data={intervals.map((each) => ({ value: String(each), label: everyOf(each * 60, language) }))}
        allowDeselect={false}
        {...form.getInputProps('every_minutes')}
      />
    </FormDialog>
  );
}

function TestResult({ result, onChoose }: { result: Partial<SourceCheck> & { ok: boolean }; onChoose: (url: string) => void }) {
  const t = useTexts(texts);
  const format = useFormat();
  const { language } = useLanguage();
  const { ok, code = '', message = '', choices = [], contacts = null, rejected = null } = result;
  const isChoosing = code === 'choose_address_book';
  return (
    <div role="status">
      <Note tone={ok ? 'good' : isChoosing ? 'quiet' : 'bad'}>
        {ok && (contacts === null ? t.testOk : t.testFile(format.number(contacts), contacts))}{' '}
        {ok && rejected !== null && rejected > 0 && t.testRejected(format.number(rejected), rejected)}
        {!ok && <Text size="sm">{isChoosing ? t.chooseTitle : troubleOf({ code, message }, language)}</Text>}
        {isChoosing && (
          <Group gap="xs" mt="xs">
            {choices.map(({ name, url }) => (
              <Button key={url} size="xs" variant="default" onClick={() => onChoose(url)}>
                {name}
              </Button>
            ))}
          </Group>
        )}
      </Note>
    </div>
  );
}
