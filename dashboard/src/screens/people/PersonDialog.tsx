import { Group, Radio, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { api, sent } from '~/api/client';
import type { ApiProblem } from '~/api/problem';
import { refresh } from '~/api/query';
import type { User } from '~/api/types';
import { LANGUAGE_NAMES, LANGUAGES } from '~/i18n/language';
import { useTexts } from '~/i18n/texts';
import { FormDialog } from '~/shared/FormDialog';
import { useFieldProblems } from '~/shared/problems/fields';
import { texts as common } from '~/shared/texts';

import { texts } from './texts';

/** The name and language of somebody else. */
export default function PersonDialog({ person, onClose }: { person: User; onClose: () => void }) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const client = useQueryClient();
  const putProblems = useFieldProblems();
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const form = useForm({ initialValues: { name: person.name, language: person.language } });
  const { mutate, isPending } = useMutation({
    mutationFn: (body: typeof form.values) =>
      sent(api.PATCH('/api/v1/users/{user_id}', { params: { path: { user_id: person.id } }, body })),
    meta: { inPlace: true },
    onMutate: () => setProblem(null),
    onSuccess: () => {
      void refresh(client, '/api/v1/');
      onClose();
    },
    onError: (error) => setProblem(putProblems(form, error)),
  });
  return (
    <FormDialog
      opened
      title={t.editTitle}
      submit={c.save}
      onClose={onClose}
      onSubmit={form.onSubmit((values) => mutate(values))}
      isBusy={isPending}
      problem={problem}
    >
      <TextInput label={c.name} name="name" required data-autofocus autoComplete="off" {...form.getInputProps('name')} />
      <Radio.Group label={t.language} description={t.languageAbout} {...form.getInputProps('language')}>
        <Group mt={6} gap="lg">
          {LANGUAGES.map((each) => (
            <Radio key={each} value={each} label={LANGUAGE_NAMES[each]} />
          ))}
        </Group>
      </Radio.Group>
    </FormDialog>
  );
}
