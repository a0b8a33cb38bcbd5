import { TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { api, sent } from '~/api/client';
import type { ApiProblem } from '~/api/problem';
import type { Phonebook } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { FormDialog } from '~/shared/FormDialog';
import { useFieldProblems } from '~/shared/problems/fields';
import { texts as common } from '~/shared/texts';

import { texts } from './texts';

interface Props {
  siteId: string;
  /** The phonebook that is renamed; without one a new one is made. */
  phonebook?: Phonebook;
  onClose: () => void;
  onDone: (phonebook: Phonebook) => void;
}

/** The name of a phonebook. It is there as long as it is open. */
export default function PhonebookDialog({ siteId, phonebook, onClose, onDone }: Props) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const client = useQueryClient();
  const putProblems = useFieldProblems();
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const form = useForm({ initialValues: { name: phonebook?.name ?? '' } });
  const { mutate, isPending } = useMutation({
    mutationFn: (body: { name: string }) =>
      phonebook
        ? sent(
            api.PATCH('/api/v1/phonebooks/{phonebook_id}', {
              params: { path: { phonebook_id: phonebook.id }, header: { 'If-Match': `"${phonebook.version}"` } },
              body,
            }),
          )
        : sent(api.POST('/api/v1/sites/{site_id}/phonebooks', { params: { path: { site_id: siteId } }, body })),
    meta: { inPlace: true },
    onSuccess: (saved) => {
      void client.invalidateQueries();
      onDone(saved);
    },
    onError: (error) => setProblem(putProblems(form, error)),
  });
  return (
    <FormDialog
      opened
      title={phonebook ? t.renameTitle : t.createTitle}
      submit={phonebook ? c.save : c.create}
      onClose={onClose}
      onSubmit={form.onSubmit((values) => mutate(values))}
      isBusy={isPending}
      problem={problem}
    >
      <TextInput label={c.name} data-autofocus required {...form.getInputProps('name')} />
    </FormDialog>
  );
}
