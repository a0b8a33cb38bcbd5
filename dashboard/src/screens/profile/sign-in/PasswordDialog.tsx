import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { useAccount } from '~/api/account';
import { api, sent } from '~/api/client';
import type { ApiProblem } from '~/api/problem';
import { refresh } from '~/api/query';
import { useTexts } from '~/i18n/texts';
import { FormDialog } from '~/shared/FormDialog';
import { PasswordField } from '~/shared/PasswordField';
import { useFieldProblems } from '~/shared/problems/fields';
import { texts as common } from '~/shared/texts';
import { tellDone } from '~/shared/toasts';

import { CodeField } from './CodeField';
import { leastCharacters } from './passwordHints';
import { PasswordHints } from './PasswordHints';
import { texts } from './texts';

/** One's new password. */
export default function PasswordDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const { email, second_factor } = useAccount();
  const client = useQueryClient();
  const putProblems = useFieldProblems();
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const form = useForm({ initialValues: { current: '', new: '', code: '' } });
  const { mutate, isPending } = useMutation({
    mutationFn: ({ code, ...rest }: typeof form.values) =>
      sent(api.PUT('/api/v1/me/password', { body: second_factor ? { ...rest, code } : rest })),
    meta: { inPlace: true },
    onMutate: () => setProblem(null),
    onSuccess: () => {
      tellDone(t.passwordSaved);
      void refresh(client, '/api/v1/sessions');
      onClose();
    },
    onError: (error) => setProblem(putProblems(form, error)),
  });
  return (
    <FormDialog
      opened
      title={t.passwordChange}
      submit={c.save}
      onClose={onClose}
      onSubmit={form.onSubmit((values) => mutate(values))}
      isBusy={isPending}
      problem={problem}
    >
      <PasswordField
        label={t.passwordNow}
        name="current"
        autoComplete="current-password"
        required
        data-autofocus
        {...form.getInputProps('current')}
      />
      <div>
        {/* Password managers file the new password under this address. */}
        <input hidden name="username" autoComplete="username" value={email} readOnly />
        <PasswordField
          label={t.passwordNew}
          description={t.enough(leastCharacters(second_factor))}
          name="new"
          autoComplete="new-password"
          required
          {...form.getInputProps('new')}
        />
        <PasswordHints password={form.values.new} />
      </div>
      {second_factor && <CodeField description={t.codeOrRecovery} {...form.getInputProps('code')} />}
    </FormDialog>
  );
}
