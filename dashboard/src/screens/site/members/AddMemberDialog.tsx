import { Autocomplete, Group, Radio, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { api, sent } from '~/api/client';
import { type ApiProblem, problemOf } from '~/api/problem';
import type { Member, Role, Site, User } from '~/api/types';
import { isLanguage, LANGUAGE_NAMES, LANGUAGES, useLanguage } from '~/i18n/language';
import { useTexts } from '~/i18n/texts';
import { FormDialog } from '~/shared/FormDialog';
import { isAddress } from '~/shared/people/invitation';
import { InviteResult } from '~/shared/people/InviteResult';
import { PersonOption } from '~/shared/people/PersonOption';
import { RoleSelect } from '~/shared/people/RoleSelect';
import { texts as words } from '~/shared/people/texts';
import { useKnownPeople } from '~/shared/people/useKnownPeople';
import { useFieldProblems } from '~/shared/problems/fields';

interface Props {
  site: Site;
  members: readonly Member[];
  onClose: () => void;
}

/** Somebody gets a role here: chosen from those who are known, or invited by an address that nobody has yet. */
export default function AddMemberDialog({ site, members, onClose }: Props) {
  const t = useTexts(words);
  const { language } = useLanguage();
  const client = useQueryClient();
  const putProblems = useFieldProblems();
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const form = useForm({
    initialValues: { email: '', name: '', language, role: 'viewer' as Role },
    validate: { email: (text) => (isAddress(text) ? null : t.emailMissing) },
  });
  const email = form.values.email.trim().toLowerCase();
  const known = useKnownPeople(email).filter(
    ({ id, status }) => status !== 'disabled' && !members.some(({ user_id }) => user_id === id),
  );
  const chosen = known.find((person) => person.email === email);
  const { mutate, isPending, data, reset } = useMutation({
    mutationFn: ({ role, ...who }: typeof form.values): Promise<User> =>
      sent(api.POST('/api/v1/users', { body: { ...who, sites: [{ site: site.id, role }] } })),
    meta: { inPlace: true },
    onMutate: () => setProblem(null),
    onSuccess: () => void client.invalidateQueries(),
    onError: (error) => {
      const { code } = problemOf(error);
      if (code === 'invited_already' || code === 'registered_already') form.setErrors({ email: t.nothingNew(email) });
      else setProblem(putProblems(form, error));
    },
  });
  const again = () => {
    reset();
    form.setValues({ email: '', name: '' });
  };
  if (data) return <InviteResult invited={data} another={t.addAnother} onAnother={again} onClose={onClose} />;
  return (
    <FormDialog
      opened
      title={t.addTitle(site.name)}
      submit={t.add}
      onClose={onClose}
      onSubmit={form.onSubmit((values) => mutate(values))}
      isBusy={isPending}
      problem={problem}
    >
      <Text size="sm" c="dimmed">
        {t.addAbout}
      </Text>
      <Autocomplete
        label={t.email}
        name="email"
        type="email"
        autoComplete="off"
        required
        data-autofocus
        limit={8}
        data={known.filter((person) => person !== chosen).map((person) => person.email)}
        filter={({ options }) => options}
        renderOption={({ option: { value } }) => (
          <PersonOption email={value} person={known.find((person) => person.email === value)} />
        )}
        {...form.getInputProps('email')}
      />
      {chosen === undefined && (
        <>
          <TextInput label={t.name} name="name" autoComplete="off" description={t.nameAbout} {...form.getInputProps('name')} />
          <Radio.Group
            label={t.language}
            value={form.values.language}
            onChange={(value) => isLanguage(value) && form.setFieldValue('language', value)}
          >
            <Group mt={6} gap="lg">
              {LANGUAGES.map((each) => (
                <Radio key={each} value={each} label={LANGUAGE_NAMES[each]} />
              ))}
            </Group>
          </Radio.Group>
        </>
      )}
      <RoleSelect label={t.role} isExplained value={form.values.role} onChange={(role) => form.setFieldValue('role', role)} />
    </FormDialog>
  );
}
