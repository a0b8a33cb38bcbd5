import { useTexts } from '~/i18n/texts';
import { PasswordField } from '~/shared/PasswordField';

import { CodeField } from './CodeField';
import { texts } from './texts';
import type { useProof } from './useProof';

/** One's password and a code: that it is really oneself. */
export function ProofFields({ form }: Pick<ReturnType<typeof useProof>, 'form'>) {
  const t = useTexts(texts);
  return (
    <>
      <PasswordField
        label={t.yourPassword}
        autoComplete="current-password"
        required
        data-autofocus
        {...form.getInputProps('password')}
      />
      <CodeField description={t.codeOrRecovery} {...form.getInputProps('code')} />
    </>
  );
}
