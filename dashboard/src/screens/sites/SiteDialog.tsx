import { Select, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';

import { api, sent } from '~/api/client';
import type { ApiProblem } from '~/api/problem';
import { refresh } from '~/api/query';
import type { Site } from '~/api/types';
import { useLanguage } from '~/i18n/language';
import { useTexts } from '~/i18n/texts';
import { FormDialog } from '~/shared/FormDialog';
import { useFieldProblems } from '~/shared/problems/fields';
import { likelyRegion, regionChoices } from '~/shared/regions';
import { texts as common } from '~/shared/texts';

import { texts } from './texts';

interface Props {
  /** The site that is changed; without one a new one is made. */
  site?: Site;
  onClose: () => void;
  onDone: (site: Site) => void;
}

/** Name and region of a site. It is there as long as it is open. */
export default function SiteDialog({ site, onClose, onDone }: Props) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const { language } = useLanguage();
  const client = useQueryClient();
  const putProblems = useFieldProblems();
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const regions = useMemo(() => regionChoices(language), [language]);
  const form = useForm({ initialValues: { name: site?.name ?? '', region: site?.region ?? likelyRegion() } });
  const { mutate, isPending } = useMutation({
    mutationFn: (body: { name: string; region: string }) =>
      site
        ? sent(api.PATCH('/api/v1/sites/{site_id}', { params: { path: { site_id: site.id } }, body }))
        : sent(api.POST('/api/v1/sites', { body })),
    meta: { inPlace: true },
    onSuccess: (saved) => {
      void refresh(client, '/api/v1/sites');
      onDone(saved);
    },
    onError: (error) => setProblem(putProblems(form, error)),
  });
  return (
    <FormDialog
      opened
      title={site ? t.renameTitle : t.createTitle}
      submit={site ? c.save : c.create}
      onClose={onClose}
      onSubmit={form.onSubmit((values) => mutate(values))}
      isBusy={isPending}
      problem={problem}
    >
      <TextInput label={c.name} data-autofocus required {...form.getInputProps('name')} />
      <Select
        label={t.region}
        description={t.regionAbout}
        data={regions}
        searchable
        allowDeselect={false}
        {...form.getInputProps('region')}
      />
    </FormDialog>
  );
}
