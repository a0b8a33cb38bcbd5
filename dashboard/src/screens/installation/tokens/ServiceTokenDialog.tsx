import { Autocomplete } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { api, sent } from '~/api/client';
import type { ApiProblem } from '~/api/problem';
import { refresh, useApi } from '~/api/query';
import { useTexts } from '~/i18n/texts';
import { FormDialog } from '~/shared/FormDialog';
import { useFieldProblems } from '~/shared/problems/fields';
import { texts as common } from '~/shared/texts';

import { ServiceTokenMade } from './ServiceTokenMade';
import { texts } from './texts';

/** A token for a service, known or not yet; then its secret and how the service is started with it, this once. */
export default function ServiceTokenDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const client = useQueryClient();
  const putProblems = useFieldProblems();
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const { data: services } = useApi('/api/v1/services');
  const slugs = services?.items.map(({ slug }) => slug) ?? [];
  const form = useForm({
    initialValues: { slug: '' },
    validate: { slug: (text) => (/^[a-z][a-z0-9-]*$/.test(text.trim()) ? null : t.slugWrong) },
  });
  const { mutate, isPending, data } = useMutation({
    mutationFn: ({ slug }: { slug: string }) => sent(api.POST('/api/v1/service-tokens', { body: { slug: slug.trim() } })),
    meta: { inPlace: true },
    onMutate: () => setProblem(null),
    onSuccess: () => void refresh(client, '/api/v1/service-tokens'),
    onError: (error) => setProblem(putProblems(form, error)),
  });
  if (data) return <ServiceTokenMade token={data} onClose={onClose} />;
  return (
    <FormDialog
      opened
      title={t.createTitle}
      submit={c.create}
      onClose={onClose}
      onSubmit={form.onSubmit((values) => mutate(values))}
      isBusy={isPending}
      problem={problem}
    >
      <Autocomplete
        label={t.slug}
        description={t.slugAbout}
        name="slug"
        autoComplete="off"
        required
        data-autofocus
        openOnFocus={false}
        data={slugs.filter((slug) => slug !== form.values.slug)}
        {...form.getInputProps('slug')}
      />
    </FormDialog>
  );
}
