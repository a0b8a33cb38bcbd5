import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';

import { api } from '~/api/client';
import type { ApiProblem } from '~/api/problem';
import { useTexts } from '~/i18n/texts';
import { PasswordField } from '~/shared/PasswordField';
import { paths } from '~/shared/paths';

import { LinkVoid } from './LinkVoid';
import { SignInAgain } from './SignInAgain';
import { texts } from './texts';
import { useLinkToken, useSending } from './useWayIn';
import { WayIn, WayInForm } from './WayIn';

export default function ResetScreen() {
  const t = useTexts(texts);
  const token = useLinkToken();
  return (
    <WayIn title={t.resetTitle} about={token ? t.resetAbout : t.askAbout}>
      {token ? <NewPassword key={token} token={token} /> : <AskForLink />}
    </WayIn>
  );
}

function AskForLink() {
  const t = useTexts(texts);
  const [isDone, setDone] = useState(false);
  const form = useForm({
    initialValues: { email: '' },
    validate: { email: (text) => (text.trim() ? null : t.fillEmail) },
  });
  const { problem, isBusy, submit } = useSending(form, {
    send: (values) => api.POST('/api/v1/password-reset', { body: values }),
    onDone: () => setDone(true),
  });
  if (isDone) {
    return (
      <Stack role="status">
        <Text>{t.asked}</Text>
        <Text size="sm" c="dimmed">
          {t.askedHint}
        </Text>
      </Stack>
    );
  }
  return (
    <WayInForm onSubmit={submit} submit={t.askSubmit} isBusy={isBusy} problem={problem}>
      <TextInput
        label={t.email}
        name="email"
        type="email"
        autoComplete="username"
        required
        {...form.getInputProps('email')}
      />
    </WayInForm>
  );
}

function NewPassword({ token }: { token: string }) {
  const t = useTexts(texts);
  const [isDone, setDone] = useState(false);
  const [void_, setVoid] = useState<ApiProblem | null>(null);
  const form = useForm({
    initialValues: { password: '' },
    validate: { password: (text) => (text ? null : t.choosePassword) },
  });
  const { problem, isBusy, submit } = useSending(form, {
    send: (values) => api.POST('/api/v1/password-reset/confirm', { body: { token, ...values } }),
    onDone: () => setDone(true),
    onFailure: (problem) => {
      if (problem.code !== 'link_void') return false;
      setVoid(problem);
      return true;
    },
  });
  if (isDone) return <SignInAgain said={t.resetDone} />;
  if (void_) {
    return (
      <LinkVoid problem={void_}>
        <Button component={Link} to={paths.reset}>
          {t.resetAgain}
        </Button>
      </LinkVoid>
    );
  }
  return (
    <WayInForm onSubmit={submit} submit={t.resetSubmit} isBusy={isBusy} problem={problem}>
      <PasswordField
        label={t.newPassword}
        description={t.passwordHintReset}
        autoComplete="new-password"
        required
        {...form.getInputProps('password')}
      />
    </WayInForm>
  );
}
