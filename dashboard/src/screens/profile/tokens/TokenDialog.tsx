import { MultiSelect, NativeSelect, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { useAccount } from '~/api/account';
import { api, sent } from '~/api/client';
import type { ApiProblem } from '~/api/problem';
import { everyQuery, refresh } from '~/api/query';
import { useTexts } from '~/i18n/texts';
import { FormDialog } from '~/shared/FormDialog';
import { isRole, ROLES, useRoles } from '~/shared/people/roles';
import { useFieldProblems } from '~/shared/problems/fields';

import { dayIn, ENDS, type Ends, expiryOf, isEnds } from './expiry';
import { TokenMade } from './TokenMade';
import { texts } from './texts';

const ALL = 'all';

/** A new token: what it is for, what it may at most, until when. Then its secret, this once. */
export default function TokenDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts(texts);
  const roles = useRoles();
  const { is_admin } = useAccount();
  const client = useQueryClient();
  const putProblems = useFieldProblems();
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const { data: sites = [] } = useQuery(everyQuery('/api/v1/sites'));
  const form = useForm({
    initialValues: { name: '', role: ALL, sites: [] as string[], ends: '365' as Ends, expires_at: dayIn(90) },
    validate: { name: (text) => (text.trim() ? null : t.tokenNameMissing) },
  });
  const { mutate, isPending, data } = useMutation({
    mutationFn: ({ name, role, sites, ends, expires_at }: typeof form.values) =>
      sent(
        api.POST('/api/v1/tokens', {
          body: {
            name,
            ...(isRole(role) ? { role } : {}),
            ...(sites.length > 0 ? { sites } : {}),
            ...expiryOf(ends, expires_at),
          },
        }),
      ),
    meta: { inPlace: true },
    onMutate: () => setProblem(null),
    onSuccess: () => void refresh(client, '/api/v1/tokens'),
    onError: (error) => setProblem(putProblems(form, error)),
  });
  if (data) return <TokenMade token={data} onClose={onClose} />;
  const { role, sites: only, ends } = form.values;
  const isLimited = role !== ALL || only.length > 0;
  const endLabels: Record<Ends, string> = {
    30: t.tokenDays(30),
    90: t.tokenDays(90),
    365: t.tokenYear,
    day: t.tokenOn,
    never: t.tokenNever,
  };
  return (
    <FormDialog
      opened
      title={t.tokenTitle}
      submit={t.tokenNew}
      onClose={onClose}
      onSubmit={form.onSubmit((values) => mutate(values))}
      isBusy={isPending}
      problem={problem}
    >
      <TextInput
        label={t.tokenName}
        name="name"
        placeholder={t.tokenNamePlaceholder}
        autoComplete="off"
        required
        data-autofocus
        {...form.getInputProps('name')}
      />
      <NativeSelect
        label={t.tokenRole}
        name="role"
        data={[
          { value: ALL, label: t.tokenRoleAll },
          ...ROLES.map((value) => ({ value, label: `${roles[value].name}: ${roles[value].about}` })),
        ]}
        {...form.getInputProps('role')}
      />
      <MultiSelect
        label={t.tokenSites}
        placeholder={only.length === 0 ? t.tokenSitesAll : undefined}
        searchable
        clearable
        hidePickedOptions
        limit={50}
        data={sites.map(({ id, name }) => ({ value: id, label: name }))}
        {...form.getInputProps('sites')}
      />
      {is_admin && isLimited && (
        <Text size="sm" c="dimmed">
          {t.tokenLimitAbout}
        </Text>
      )}
      <NativeSelect
        label={t.tokenEnds}
        name="ends"
        data={ENDS.map((value) => ({ value, label: endLabels[value] }))}
        value={ends}
        onChange={({ currentTarget }) => {
          if (isEnds(currentTarget.value)) form.setFieldValue('ends', currentTarget.value);
        }}
      />
      {ends === 'day' && (
        <TextInput
          type="date"
          label={t.tokenDay}
          name="expires_at"
          min={dayIn(0)}
          required
          {...form.getInputProps('expires_at')}
        />
      )}
    </FormDialog>
  );
}
