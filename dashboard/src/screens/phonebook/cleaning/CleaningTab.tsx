import { Alert, SegmentedControl, Stack } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';

import { may } from '~/api/account';
import { usePhonebook } from '~/api/current';
import { useTexts } from '~/i18n/texts';
import { LoadingLines } from '~/shared/Loaded';
import { paths } from '~/shared/paths';
import { useRest } from '~/shared/route';

import { texts } from './texts';

const Duplicates = lazy(() => import('./Duplicates'));
const Merge = lazy(() => import('./Merge'));
const Normalise = lazy(() => import('./Normalise'));

/** Duplicates, merging, and numbers and labels in one spelling. */
export default function CleaningTab() {
  const t = useTexts(texts);
  const { id, role } = usePhonebook();
  const navigate = useNavigate();
  const [part = '', ids = ''] = useRest().split('/');
  if (!may(role, 'editor')) return <Alert color="gray">{t.noEdit}</Alert>;
  return (
    <Suspense fallback={<LoadingLines />}>
      {part === 'merge' ? (
        <Merge key={ids} phonebookId={id} ids={ids.split(',')} />
      ) : (
        <Stack gap="md">
          <SegmentedControl
            aria-label={t.parts}
            value={part === 'numbers' ? 'numbers' : ''}
            onChange={(next) => void navigate({ to: paths.phonebook(id, 'tidy', next) })}
            data={[
              { value: '', label: t.duplicates },
              { value: 'numbers', label: t.normalise },
            ]}
            maw={420}
          />
          {part === 'numbers' ? <Normalise phonebookId={id} /> : <Duplicates phonebookId={id} />}
        </Stack>
      )}
    </Suspense>
  );
}
