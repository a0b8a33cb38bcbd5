import { TextInput, type TextInputProps } from '@mantine/core';

import { useTexts } from '~/i18n/texts';

import { texts } from './texts';

/** A code of an authenticator app; password managers and phones fill it in. */
export function CodeField(props: TextInputProps) {
  const t = useTexts(texts);
  return (
    <TextInput
      label={t.code}
      name="code"
      autoComplete="one-time-code"
      autoCapitalize="none"
      spellCheck={false}
      required
      {...props}
    />
  );
}
