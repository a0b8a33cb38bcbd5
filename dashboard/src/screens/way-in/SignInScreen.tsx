import { Anchor, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';

import { accountQuery } from '~/api/account';
import { api } from '~/api/client';
import { useTexts } from '~/i18n/texts';
import { PasswordField } from '~/shared/PasswordField';
import { paths } from '~/shared/paths';

import { texts } from './texts';
import { useArrival, useSending } from './useWayIn';
import { WayIn, WayInForm } from './WayIn';

export default function SignInScreen() {
  const t = useTexts(texts);
  const arrive = useArrival();
  const account = useQuery({ ...accountQuery, retry: false, staleTime: Infinity });
  const isLeaving = useRef(false);
  const leave = () => {
    if (isLeaving.current) return;
    isLeaving.current = true;
    arrive();
  };
  useEffect(() => {
    if (account.isSuccess) leave();
  });
  const [needsCode, setNeedsCode] = useState(false);
  const codeField = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (needsCode) codeField.current?.focus();
  }, [needsCode]);
  const form = useForm({
    initialValues: { email: '', password: '', code: '' },
    validate: {
      email: (text) => (text.trim() ? null : t.fillEmail),
      password: (text) => (text ? null : t.fillPassword),
      code: (text) => (needsCode && !text.trim() ? t.fillCode : null),
    },
  });
  const { problem, isBusy, submit } = useSending(form, {
    send: ({ email, password, code }) =>
      api.POST('/api/v1/session', { body: { email, password, ...(code.trim() ? { code: code.trim() } : {}) } }),
    onDone: leave,
    onFailure: ({ code }) => {
      if (code === 'wrong_code') form.setFieldValue('code', '');
      setNeedsCode(needsCode || code === 'code_needed' || code === 'wrong_code');
      return code === 'code_needed';
    },
  });
  return (
    <WayIn title={t.signIn}>
      <WayInForm onSubmit={submit} submit={t.signIn} isBusy={isBusy} problem={problem}>
        <TextInput
          label={t.email}
          name="email"
          type="email"
          autoComplete="username"
          autoFocus
          required
          {...form.getInputProps('email')}
        />
        <PasswordField label={t.password} autoComplete="current-password" required {...form.getInputProps('password')} />
        {needsCode ? (
          <>
            <Text role="status" size="sm">
              {t.codeAsked}
            </Text>
            <TextInput
              ref={codeField}
              label={t.code}
              description={t.codeHint}
              name="code"
              autoComplete="one-time-code"
              autoCapitalize="none"
              spellCheck={false}
              required
              {...form.getInputProps('code')}
            />
          </>
        ) : (
          <Anchor component={Link} to={paths.reset} size="sm">
            {t.forgotten}
          </Anchor>
        )}
      </WayInForm>
    </WayIn>
  );
}
