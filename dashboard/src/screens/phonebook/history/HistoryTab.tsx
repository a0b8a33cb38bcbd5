import { SegmentedControl, Stack } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';

import { may } from '~/api/account';
import { usePhonebook } from '~/api/current';
import { useTexts } from '~/i18n/texts';
import { LoadingLines } from '~/shared/Loaded';
import { paths } from '~/shared/paths';
import { useRest } from '~/shared/route';

import { texts } from './texts';

const Units = lazy(() => import('./Units'));
const Bin = lazy(() => import('./Bin'));

/** What was done in a phonebook, and what was deleted in it. */
export default function HistoryTab() {
  const t = useTexts(texts);
  const { id, role } = usePhonebook();
  const navigate = useNavigate();
  const isBin = useRest() === 'bin';
  return (
    <Stack gap="md">
      <SegmentedControl
        aria-label={t.parts}
        value={isBin ? 'bin' : ''}
        onChange={(next) => void navigate({ to: paths.phonebook(id, 'history', next) })}
        data={[
          { value: '', label: t.units },
          { value: 'bin', label: t.bin },
        ]}
        maw={360}
      />
      <Suspense fallback={<LoadingLines />}>
        {isBin ? (
          <Bin phonebookId={id} mayEdit={may(role, 'editor')} mayEmpty={may(role, 'manager')} />
        ) : (
          <Units phonebookId={id} />
        )}
      </Suspense>
    </Stack>
  );
}
