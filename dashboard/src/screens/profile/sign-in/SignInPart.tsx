import { Button, Stack } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';

import { useAccount } from '~/api/account';
import { useTexts } from '~/i18n/texts';

import { Section } from '../Section';
import { FactorSection } from './FactorSection';
import { SessionsSection } from './SessionsSection';
import { texts } from './texts';

const EmailDialog = lazy(() => import('./EmailDialog'));
const PasswordDialog = lazy(() => import('./PasswordDialog'));

/** How one signs in, and where one is signed in. */
export default function SignInPart() {
  const t = useTexts(texts);
  const { email } = useAccount();
  const [open, setOpen] = useState<'email' | 'password' | null>(null);
  const close = () => setOpen(null);
  return (
    <Stack gap="md">
      <Section
        title={t.email}
        about={
          <>
            <b>{email}</b>
            <br />
            {t.emailAbout}
          </>
        }
        action={
          <Button variant="default" onClick={() => setOpen('email')}>
            {t.emailChange}
          </Button>
        }
      />
      <Section
        title={t.password}
        about={t.passwordAbout}
        action={
          <Button variant="default" onClick={() => setOpen('password')}>
            {t.passwordChange}
          </Button>
        }
      />
      <FactorSection />
      <SessionsSection />
      <Suspense>
        {open === 'email' && <EmailDialog onClose={close} />}
        {open === 'password' && <PasswordDialog onClose={close} />}
      </Suspense>
    </Stack>
  );
}
