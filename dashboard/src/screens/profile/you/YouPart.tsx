import {
  Anchor,
  Button,
  Group,
  isMantineColorScheme,
  SegmentedControl,
  Stack,
  Text,
  TextInput,
  useMantineColorScheme,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';

import { accountQuery, useAccount } from '~/api/account';
import { api, sent } from '~/api/client';
import type { ApiProblem } from '~/api/problem';
import { isLanguage, type Language, LANGUAGE_NAMES, LANGUAGES, useLanguage } from '~/i18n/language';
import { useTexts } from '~/i18n/texts';
import { paths } from '~/shared/paths';
import { isRole, useRoles } from '~/shared/people/roles';
import { useFieldProblems } from '~/shared/problems/fields';
import { ProblemBox } from '~/shared/problems/ProblemBox';
import { texts as common } from '~/shared/texts';
import { tellDone } from '~/shared/toasts';

import classes from '../profile.module.css';
import { Section } from '../Section';
import { texts } from './texts';

/** One's name, language and looks, and the sites that one is in. */
export default function YouPart() {
  return (
    <Stack gap="md">
      <Name />
      <Languages />
      <Appearance />
      <Sites />
    </Stack>
  );
}

function Name() {
  const t = useTexts(texts);
  const c = useTexts(common);
  const { name } = useAccount();
  const client = useQueryClient();
  const putProblems = useFieldProblems();
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const form = useForm({ initialValues: { name } });
  const { mutate, isPending } = useMutation({
    mutationFn: (body: { name: string }) => sent(api.PATCH('/api/v1/me', { body })),
    meta: { inPlace: true },
    onMutate: () => setProblem(null),
    onSuccess: (changed) => {
      client.setQueryData(accountQuery.queryKey, changed);
      form.setValues({ name: changed.name });
      tellDone(t.nameSaved);
    },
    onError: (error) => setProblem(putProblems(form, error)),
  });
  return (
    <Section title={t.name}>
      <form noValidate onSubmit={form.onSubmit((values) => mutate(values))}>
        <Group align="flex-start" gap="sm">
          <TextInput
            aria-label={t.name}
            name="name"
            autoComplete="name"
            flex="1 1 12rem"
            maw={360}
            {...form.getInputProps('name')}
          />
          <Button type="submit" variant="default" loading={isPending} disabled={form.values.name.trim() === name}>
            {c.save}
          </Button>
        </Group>
        {problem && <ProblemBox error={problem} />}
      </form>
    </Section>
  );
}

function Languages() {
  const t = useTexts(texts);
  const client = useQueryClient();
  const { language, setLanguage } = useLanguage();
  const { mutate } = useMutation({
    mutationFn: (next: Language) => sent(api.PATCH('/api/v1/me', { body: { language: next } })),
    onMutate: setLanguage,
    onSuccess: (changed) => client.setQueryData(accountQuery.queryKey, changed),
  });
  return (
    <Section title={t.language} about={t.languageAbout}>
      <SegmentedControl
        aria-label={t.language}
        value={language}
        onChange={(value) => isLanguage(value) && mutate(value)}
        data={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
      />
    </Section>
  );
}

function Appearance() {
  const t = useTexts(texts);
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Section title={t.theme} about={t.themeAbout}>
      <SegmentedControl
        aria-label={t.theme}
        value={colorScheme}
        onChange={(value) => isMantineColorScheme(value) && setColorScheme(value)}
        data={(['light', 'dark', 'auto'] as const).map((value) => ({ value, label: t[value] }))}
      />
    </Section>
  );
}

function Sites() {
  const t = useTexts(texts);
  const roles = useRoles();
  const { is_admin, sites } = useAccount();
  if (is_admin) return <Section title={t.sites} about={t.sitesAdmin} />;
  if (sites.length === 0) return <Section title={t.sites} about={t.sitesNone} />;
  return (
    <Section title={t.sites}>
      <ul className={classes.list}>
        {sites.map(({ id, name, role }) => (
          <li key={id} className={classes.row}>
            <Group justify="space-between" gap="xs" wrap="nowrap">
              <Anchor component={Link} to={paths.site(id)} size="sm">
                {name}
              </Anchor>
              <Text size="sm">{isRole(role) ? roles[role].name : role}</Text>
            </Group>
          </li>
        ))}
      </ul>
    </Section>
  );
}
