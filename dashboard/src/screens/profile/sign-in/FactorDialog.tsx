import { Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { useAccount } from '~/api/account';
import { api, sent } from '~/api/client';
import type { ApiProblem } from '~/api/problem';
import { useTexts } from '~/i18n/texts';
import { CopyBlock } from '~/shared/CopyBlock';
import { FormDialog } from '~/shared/FormDialog';
import { PasswordField } from '~/shared/PasswordField';
import { useFieldProblems } from '~/shared/problems/fields';
import QrCode from '~/shared/vendor/QrCode';

import classes from '../profile.module.css';
import { CodeField } from './CodeField';
import { CodesShown } from './CodesShown';
import { texts } from './texts';

/** Sets a second factor up: the password, the app's secret and its first code, the recovery codes. */
export default function FactorDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts(texts);
  const { email } = useAccount();
  const client = useQueryClient();
  const putProblems = useFieldProblems();
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const asking = useForm({ initialValues: { password: '' } });
  const confirming = useForm({ initialValues: { code: '' } });
  const meta = { inPlace: true };
  const onMutate = () => setProblem(null);
  const begin = useMutation({
    mutationFn: (body: { password: string }) => sent(api.POST('/api/v1/me/totp', { body })),
    meta,
    onMutate,
    onError: (error) => setProblem(putProblems(asking, error)),
  });
  const confirm = useMutation({
    mutationFn: ({ code }: { code: string }) =>
      sent(api.POST('/api/v1/me/totp/confirm', { body: { code: code.replaceAll(/\s/g, '') } })),
    meta,
    onMutate,
    onSuccess: () => void client.invalidateQueries(),
    onError: (error) => setProblem(putProblems(confirming, error)),
  });
  if (confirm.data) return <CodesShown codes={confirm.data.recovery_codes} onClose={onClose} />;
  if (begin.data) {
    return (
      <FormDialog
        key="code"
        opened
        title={t.factorSetUp}
        submit={t.turnOn}
        onClose={onClose}
        onSubmit={confirming.onSubmit((values) => confirm.mutate(values))}
        isBusy={confirm.isPending}
        problem={problem}
      >
        <Text size="sm">{t.scan}</Text>
        <div className={classes.qr}>
          <QrCode value={begin.data.uri} label={t.qrLabel} />
        </div>
        <div>
          <Text size="sm">{t.scanAlone}</Text>
          <CopyBlock label={t.key} text={begin.data.secret} isWrapped />
          <Text size="sm" c="dimmed">
            {t.keyAbout(email)}
          </Text>
        </div>
        <CodeField description={t.codeFirst} inputMode="numeric" data-autofocus {...confirming.getInputProps('code')} />
      </FormDialog>
    );
  }
  return (
    <FormDialog
      key="password"
      opened
      title={t.factorSetUp}
      submit={t.next}
      onClose={onClose}
      onSubmit={asking.onSubmit((values) => begin.mutate(values))}
      isBusy={begin.isPending}
      problem={problem}
    >
      <Text size="sm">{t.stepPassword}</Text>
      <PasswordField
        label={t.yourPassword}
        autoComplete="current-password"
        required
        data-autofocus
        {...asking.getInputProps('password')}
      />
    </FormDialog>
  );
}
