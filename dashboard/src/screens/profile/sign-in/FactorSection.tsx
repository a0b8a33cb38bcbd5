import { Button, Group, Stack, Text } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';

import { useAccount } from '~/api/account';
import { useTexts } from '~/i18n/texts';
import { State } from '~/shared/State';

import { Section } from '../Section';
import { texts } from './texts';

const FactorDialog = lazy(() => import('./FactorDialog'));
const FactorOffDialog = lazy(() => import('./FactorOffDialog'));
const NewCodesDialog = lazy(() => import('./NewCodesDialog'));

/** So few recovery codes are left that one should make new ones. */
const FEW = 3;

/** The code of an app that signing in takes beside the password. */
export function FactorSection() {
  const t = useTexts(texts);
  const { second_factor, recovery_codes_left } = useAccount();
  const [open, setOpen] = useState<'set up' | 'off' | 'codes' | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <Section
        title={t.factor}
        about={t.factorAbout}
        action={
          !second_factor && (
            <Button onClick={() => setOpen('set up')}>{t.factorSetUp}</Button>
          )
        }
      >
        <Group justify="space-between" gap="sm">
          <Stack gap={2}>
            <State tone={second_factor ? 'good' : 'quiet'} hollow={!second_factor}>
              {second_factor ? t.factorOn : t.factorOff}
            </State>
            {second_factor && (
              <Text size="sm" c={recovery_codes_left <= FEW ? 'var(--app-warn)' : 'dimmed'}>
                {t.codesLeft(recovery_codes_left)}
                {recovery_codes_left <= FEW && `. ${t.codesFew}`}
              </Text>
            )}
          </Stack>
          {second_factor && (
            <Group gap="xs">
              <Button variant="default" onClick={() => setOpen('codes')}>
                {t.codesNew}
              </Button>
              <Button variant="default" onClick={() => setOpen('off')}>
                {t.factorTurnOff}
              </Button>
            </Group>
          )}
        </Group>
      </Section>
      <Suspense>
        {open === 'set up' && <FactorDialog onClose={close} />}
        {open === 'off' && <FactorOffDialog onClose={close} />}
        {open === 'codes' && <NewCodesDialog onClose={close} />}
      </Suspense>
    </>
  );
}
