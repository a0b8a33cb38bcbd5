import { Button, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Navigate, useNavigate } from '@tanstack/react-router';
import { useMemo, useRef, useState } from 'react';

import { useAccount } from '~/api/account';
import { api, sent } from '~/api/client';
import type { ApiProblem } from '~/api/problem';
import { apiQuery } from '~/api/query';
import type { Site } from '~/api/types';
import { useLanguage } from '~/i18n/language';
import { useTexts } from '~/i18n/texts';
import { paths } from '~/shared/paths';
import { useFieldProblems } from '~/shared/problems/fields';
import { ProblemBox } from '~/shared/problems/ProblemBox';
import { likelyRegion, regionChoices } from '~/shared/regions';
import { Note } from '~/shared/vendor/Note';

import { Guide } from './Guide';
import { keptPlace, type Place } from './steps';
import { texts } from './texts';

/** The first step: a site, and its first phonebook. */
export default function StartScreen() {
  const { is_admin } = useAccount();
  if (!is_admin) return <Navigate to={paths.sites} replace />;
  return <SiteStep />;
}

function SiteStep() {
  const t = useTexts(texts);
  const { language } = useLanguage();
  const navigate = useNavigate();
  const client = useQueryClient();
  const putProblems = useFieldProblems();
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [kept] = useState(keptPlace);
  /** Made by a try before this one, whose phonebook was not. */
  const made = useRef<Site | null>(null);
  const regions = useMemo(() => regionChoices(language), [language]);
  const form = useForm({
    initialValues: { name: '', region: likelyRegion(), book: t.bookUsual },
    validate: {
      name: (text) => (text.trim() ? null : t.fillIn),
      book: (text) => (text.trim() ? null : t.fillIn),
    },
  });
  const { mutate, isPending } = useMutation({
    mutationFn: async ({ name, region, book }: typeof form.values) => {
      made.current = made.current
        ? await sent(
            api.PATCH('/api/v1/sites/{site_id}', {
              params: { path: { site_id: made.current.id } },
              body: { name, region },
            }),
          )
        : await sent(api.POST('/api/v1/sites', { body: { name, region } }));
      return sent(
        api.POST('/api/v1/sites/{site_id}/phonebooks', {
          params: { path: { site_id: made.current.id } },
          body: { name: book },
        }),
      );
    },
    meta: { inPlace: true },
    onMutate: () => setProblem(null),
    onSuccess: ({ id }) => {
      void client.invalidateQueries();
      void navigate({ to: paths.firstRunStep(id, 'contacts') });
    },
    onError: (error) => setProblem(putProblems(form, error)),
  });
  return (
    <form noValidate onSubmit={form.onSubmit((values) => mutate(values))}>
      <Guide
        step="site"
        title={t.siteTitle}
        about={t.siteAbout}
        action={
          <Button type="submit" loading={isPending}>
            {t.create}
          </Button>
        }
      >
        {kept && <Resume place={kept} />}
        <Stack gap="md" maw={460}>
          <TextInput
            label={t.siteName}
            placeholder={t.sitePlaceholder}
            name="organization"
            autoComplete="organization"
            required
            data-autofocus
            {...form.getInputProps('name')}
          />
          <Select
            label={t.region}
            description={t.regionAbout}
            data={regions}
            searchable
            allowDeselect={false}
            {...form.getInputProps('region')}
          />
          <TextInput label={t.bookName} description={t.bookAbout} required {...form.getInputProps('book')} />
          {problem && <ProblemBox error={problem} />}
        </Stack>
      </Guide>
    </form>
  );
}

/** The path was begun before; what it was about may be gone meanwhile. */
function Resume({ place: { phonebookId, step } }: { place: Place }) {
  const t = useTexts(texts);
  const { data } = useQuery({
    ...apiQuery('/api/v1/phonebooks/{phonebook_id}', { path: { phonebook_id: phonebookId } }),
    retry: false,
  });
  if (!data) return null;
  return (
    <Note tone="quiet" title={t.resumeTitle(data.name)}>
      <Button size="xs" variant="default" component={Link} to={paths.firstRunStep(phonebookId, step)}>
        {t.resume}
      </Button>
    </Note>
  );
}
