import { Button } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';

import { api } from '~/api/client';
import type { ApiProblem } from '~/api/problem';
import { useTexts } from '~/i18n/texts';
import { PasswordField } from '~/shared/PasswordField';
import { paths } from '~/shared/paths';

import { LinkIncomplete, LinkVoid } from './LinkVoid';
import { SignInAgain } from './SignInAgain';
import { texts } from './texts';
import { useLinkToken, useSending } from './useWayIn';
import { WayIn, WayInForm } from './WayIn';

export default function EmailScreen() {
  const t = useTexts(texts);
  const token = useLinkToken();
  return (
    <WayIn title={t.emailTitle} about={t.emailAbout}>
      {token ? <EmailForm key={token} token={token} /> : <LinkIncomplete />}
    </WayIn>
  );
}

function EmailForm({ token }: { token: string }) {
  const t = useTexts(texts);
  const [isDone, setDone] = useState(false);
  const [void_, setVoid] = useState<ApiProblem | null>(null);
  const form = useForm({
    initialValues: { password: '' },
    validate: { password: (text) => (text ? null : t.fillPassword) },
  });
  const { problem, isBusy, submit } = useSending(form, {
    send: (values) => api.POST('/api/v1/email-change/confirm', { body: { token, ...values } }),
    onDone: () => setDone(true),
    onFailure: (problem) => {
      if (problem.code !== 'link_void') return false;
      setVoid(problem);
      return true;
    },
  });
  if (isDone) return <SignInAgain said={t.emailDone} />;
  if (void_) {
    return (
      <LinkVoid problem={void_}>
        <Button component={Link} to={paths.signIn}>
          {t.emailAgain}
        </Button>
      </LinkVoid>
    );
  }
  return (
    <WayInForm onSubmit={submit} submit={t.emailSubmit} isBusy={isBusy} problem={problem}>
      <PasswordField label={t.password} autoComplete="current-password" required {...form.getInputProps('password')} />
    </WayInForm>
  );
}
