import { Checkbox, Group, Radio, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { may, useAccount } from '~/api/account';
import { api, sent } from '~/api/client';
import { type ApiProblem, problemOf } from '~/api/problem';
import { everyQuery, refresh } from '~/api/query';
import type { User } from '~/api/types';
import { isLanguage, LANGUAGE_NAMES, LANGUAGES, useLanguage } from '~/i18n/language';
import { useTexts } from '~/i18n/texts';
import { FormDialog } from '~/shared/FormDialog';
import { isAddress } from '~/shared/people/invitation';
import { InviteResult } from '~/shared/people/InviteResult';
import { type Grant, SiteGrants } from '~/shared/people/SiteGrants';
import { texts as words } from '~/shared/people/texts';
import { useFieldProblems } from '~/shared/problems/fields';

/** Somebody new: who, in which language, an administrator or with roles in sites. Then what became of the mail. */
export default function InviteDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts(words);
  const { is_admin } = useAccount();
  const { language } = useLanguage();
  const client = useQueryClient();
  const putProblems = useFieldProblems();
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const { data: sites = [] } = useQuery(everyQuery('/api/v1/sites'));
  const given = sites.filter(({ role }) => may(role, 'manager'));
  const form = useForm({
    initialValues: { email: '', name: '', language, admin: false, sites: [] as Grant[] },
    validate: {
      email: (text) => (isAddress(text) ? null : t.emailMissing),
      sites: (grants) => (is_admin || grants.length > 0 ? null : t.siteMissing),
    },
  });
  const { mutate, isPending, data, reset } = useMutation({
    mutationFn: ({ admin, sites, ...who }: typeof form.values): Promise<User> =>
      sent(api.POST('/api/v1/users', { body: { ...who, admin, sites: admin ? [] : sites } })),
    meta: { inPlace: true },
    onMutate: () => setProblem(null),
    onSuccess: () => void refresh(client, '/api/v1/users'),
    onError: (error, { email }) => {
      const { code } = problemOf(error);
      if (code === 'invited_already' || code === 'registered_already') form.setErrors({ email: t.nothingNew(email.trim()) });
      else setProblem(putProblems(form, error));
    },
  });
  const again = () => {
    reset();
    form.setValues({ email: '', name: '' });
  };
  if (data) return <InviteResult invited={data} another={t.another} onAnother={again} onClose={onClose} />;
  return (
    <FormDialog
      opened
      title={t.inviteTitle}
      submit={t.invite}
      onClose={onClose}
      onSubmit={form.onSubmit((values) => mutate(values))}
      isBusy={isPending}
      problem={problem}
    >
      <Text size="sm" c="dimmed">
        {t.inviteAbout}
      </Text>
      <TextInput
        label={t.email}
        name="email"
        type="email"
        autoComplete="off"
        required
        data-autofocus
        {...form.getInputProps('email')}
      />
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
      {is_admin && (
        <Checkbox
          label={t.administrator}
          description={t.administratorAbout}
          {...form.getInputProps('admin', { type: 'checkbox' })}
        />
      )}
      {!form.values.admin && (
        <>
          <SiteGrants
            sites={given}
            value={form.values.sites}
            onChange={(grants) => form.setFieldValue('sites', grants)}
            error={typeof form.errors['sites'] === 'string' ? form.errors['sites'] : undefined}
          />
          {is_admin && form.values.sites.length === 0 && (
            <Text size="sm" c="dimmed">
              {t.noSitesAbout}
            </Text>
          )}
        </>
      )}
    </FormDialog>
  );
}
