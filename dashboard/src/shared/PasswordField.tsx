import { PasswordInput, type PasswordInputProps } from '@mantine/core';

import { useTexts } from '~/i18n/texts';

import { texts } from './texts';

/** A password, which can be shown while it is typed. `autoComplete` tells password managers whether it is a new one. */
export function PasswordField({
  autoComplete,
  ...rest
}: PasswordInputProps & { autoComplete: 'current-password' | 'new-password' }) {
  const t = useTexts(texts);
  return (
    <PasswordInput
      name="password"
      autoComplete={autoComplete}
      visibilityToggleButtonProps={{ 'aria-label': t.showPassword, tabIndex: 0 }}
      {...rest}
    />
  );
}
