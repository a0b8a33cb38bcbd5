import { Button, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { type FormEvent, useEffect, useMemo, useState } from 'react';

import { type ApiProblem, problemOf } from '~/api/problem';
import { useApi } from '~/api/query';
import type { Phonebook } from '~/api/types';
import { useLanguage } from '~/i18n/language';
import { useTexts } from '~/i18n/texts';
import { useFieldProblems } from '~/shared/problems/fields';
import { ProblemBox } from '~/shared/problems/ProblemBox';
import { regionChoices } from '~/shared/regions';
import { texts as common } from '~/shared/texts';
import { Note } from '~/shared/vendor/Note';

import { Section } from './Section';
import classes from './settings.module.css';
import { texts } from './texts';
import { useChange } from './useChange';

/** No region of its own: the site's holds. */
const OF_SITE = '';

/** Name and region of the phonebook. */
export function General({ phonebook, canManage }: { phonebook: Phonebook; canManage: boolean }) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const { language } = useLanguage();
  const putProblems = useFieldProblems();
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const { data: site } = useApi('/api/v1/sites/{site_id}', { path: { site_id: phonebook.site_id } });
  const change = useChange(phonebook);
  const stored = { name: phonebook.name, region: phonebook.region ?? OF_SITE };
  const form = useForm({
    initialValues: stored,
    validate: { name: (text) => (text.trim() ? null : t.fillIn) },
  });
  useEffect(() => {
    form.setInitialValues(stored);
    if (!form.isDirty()) form.reset();
    // The form itself is new with every key that is pressed.
  }, [phonebook.name, phonebook.region]);
  const regions = useMemo(() => {
    const all = regionChoices(language);
    const ofSite = all.find(({ value }) => value === site?.region)?.label ?? site?.region ?? '…';
    return [{ value: OF_SITE, label: t.regionOfSite(ofSite) }, ...all];
  }, [language, site?.region, t]);
  const onSubmit = (event: FormEvent) => {
    setProblem(null);
    form.onSubmit(({ name, region }) =>
      change.mutate(
        { name, region: region || null },
        {
          onSuccess: (saved) => form.resetDirty({ name: saved.name, region: saved.region ?? OF_SITE }),
          onError: (error) => setProblem(putProblems(form, error)),
        },
      ),
    )(event as FormEvent<HTMLFormElement>);
  };
  const isOtherRegion = form.values.region !== stored.region;
  return (
    <Section title={t.general}>
      <form noValidate onSubmit={onSubmit}>
        <Stack gap="md" maw={480}>
          <TextInput
            label={t.name}
            description={t.nameAbout}
            required
            readOnly={!canManage}
            {...form.getInputProps('name')}
          />
          <Select
            label={t.region}
            description={t.regionAbout}
            data={regions}
            searchable
            allowDeselect={false}
            readOnly={!canManage}
            {...form.getInputProps('region')}
          />
          {isOtherRegion && (
            <Note tone="quiet">
              <Text size="sm">{t.regionChanges}</Text>
            </Note>
          )}
          {problem && (problemOf(problem).isChangedMeanwhile ? <Note tone="warn" isUrgent>{t.changedMeanwhile}</Note> : <ProblemBox error={problem} />)}
          {canManage && (
            <Button type="submit" className={classes.start} loading={change.isPending} disabled={!form.isDirty()}>
              {c.save}
            </Button>
          )}
        </Stack>
      </form>
    </Section>
  );
}
