import { Code, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';

import { api } from '~/api/client';
import type { ApiProblem } from '~/api/problem';
import { useTexts } from '~/i18n/texts';
import { PasswordField } from '~/shared/PasswordField';

import { LinkIncomplete, LinkVoid } from './LinkVoid';
import { texts } from './texts';
import { useArrival, useLinkToken, useSending } from './useWayIn';
import { WayIn, WayInForm } from './WayIn';

export default function FirstScreen() {
  const t = useTexts(texts);
  const token = useLinkToken();
  return (
    <WayIn title={t.firstTitle} about={t.firstAbout}>
      {token ? <FirstForm key={token} token={token} /> : <LinkIncomplete />}
    </WayIn>
  );
}

function FirstForm({ token }: { token: string }) {
  const t = useTexts(texts);
  const arrive = useArrival();
  const [void_, setVoid] = useState<ApiProblem | null>(null);
  const form = useForm({
    initialValues: { name: '', email: '', password: '' },
    validate: {
      name: (text) => (text.trim() ? null : t.fillName),
      email: (text) => (text.trim() ? null : t.fillEmail),
      password: (text) => (text ? null : t.choosePassword),
    },
  });
  const { problem, isBusy, submit } = useSending(form, {
    send: (values) => api.POST('/api/v1/first-administrator', { body: { token, ...values } }),
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
        <Text size="sm">{t.firstAgain}</Text>
        <Code>phonebook user add --admin</Code>
      </LinkVoid>
    );
  }
  return (
    <WayInForm onSubmit={submit} submit={t.register} isBusy={isBusy} problem={problem}>
      <TextInput label={t.yourName} name="name" autoComplete="name" required {...form.getInputProps('name')} />
      <TextInput
        label={t.email}
        name="email"
        type="email"
        autoComplete="username"
        required
        {...form.getInputProps('email')}
      />
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
