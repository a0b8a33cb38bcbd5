import { Stack, Text } from '@mantine/core';
import { lazy, Suspense } from 'react';

import { may } from '~/api/account';
import { usePhonebook } from '~/api/current';
import { useTexts } from '~/i18n/texts';
import { LoadingLines } from '~/shared/Loaded';

import classes from './settings.module.css';
import { texts } from './texts';

const General = lazy(() => import('./General').then(({ General: it }) => ({ default: it })));
const Inclusions = lazy(() => import('./inclusions/Inclusions').then(({ Inclusions: it }) => ({ default: it })));
const NumberForms = lazy(() => import('./NumberForms').then(({ NumberForms: it }) => ({ default: it })));
const Sources = lazy(() => import('./sources/Sources').then(({ Sources: it }) => ({ default: it })));

/** What holds for the phonebook as a whole: its name and region, the form of numbers, what else is in it. */
export default function SettingsTab() {
  const t = useTexts(texts);
  const phonebook = usePhonebook();
  const canManage = may(phonebook.role, 'manager');
  return (
    <Stack gap="md" className={classes.page}>
      {!canManage && <Text c="dimmed">{t.viewer}</Text>}
      <Suspense fallback={<LoadingLines />}>
        <General phonebook={phonebook} canManage={canManage} />
        <NumberForms phonebook={phonebook} canManage={canManage} />
        <Inclusions phonebook={phonebook} canManage={canManage} />
        <Sources phonebook={phonebook} canManage={canManage} />
      </Suspense>
    </Stack>
  );
}
