import { TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';

import { api } from '~/api/client';
import type { ApiProblem } from '~/api/problem';
import { useTexts } from '~/i18n/texts';
import { PasswordField } from '~/shared/PasswordField';

import { LinkIncomplete, LinkVoid, RenewRegistration } from './LinkVoid';
import { texts } from './texts';
import { useArrival, useLinkToken, useSending } from './useWayIn';
import { WayIn, WayInForm } from './WayIn';

export default function RegisterScreen() {
  const t = useTexts(texts);
  const token = useLinkToken();
  return (
    <WayIn title={t.register} about={t.registerAbout}>
      {token ? <RegisterForm key={token} token={token} /> : <LinkIncomplete />}
    </WayIn>
  );
}

function RegisterForm({ token }: { token: string }) {
  const t = useTexts(texts);
  const arrive = useArrival();
  const [void_, setVoid] = useState<ApiProblem | null>(null);
  const form = useForm({
    initialValues: { name: '', password: '' },
    validate: {
      name: (text) => (text.trim() ? null : t.fillName),
      password: (text) => (text ? null : t.choosePassword),
    },
  });
  const { problem, isBusy, submit } = useSending(form, {
    send: (values) => api.POST('/api/v1/registration', { body: { token, ...values } }),
    onDone: arrive,
    onFailure: (problem) => {
      if (problem.code !== 'link_void') return false;
      setVoid(problem);
      return true;
    },
  });
  if (void_) {
    return (
      <LinkVoid problem={void_}>
        <RenewRegistration token={token} />
      </LinkVoid>
    );
  }
  return (
    <WayInForm onSubmit={submit} submit={t.register} isBusy={isBusy} problem={problem}>
      <TextInput label={t.yourName} name="name" autoComplete="name" required {...form.getInputProps('name')} />
      <PasswordField
        label={t.password}
        description={t.passwordHint}
        autoComplete="new-password"
        required
        {...form.getInputProps('password')}
      />
    </WayInForm>
  );
}
