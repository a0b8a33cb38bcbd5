import { Alert } from '@mantine/core';
import { lazy, Suspense } from 'react';

import { may } from '~/api/account';
import { usePhonebook } from '~/api/current';
import { useTexts } from '~/i18n/texts';
import { LoadingLines } from '~/shared/Loaded';
import { useRest } from '~/shared/route';

import { DropFile } from './DropFile';
import { texts } from './texts';

const Import = lazy(() => import('./Import'));

/** Importing: a file is chosen, then what is done with it has an address of its own. */
export default function ImportTab() {
  const t = useTexts(texts);
  const phonebook = usePhonebook();
  const importId = useRest();
  if (!may(phonebook.role, 'editor')) return <Alert color="gray">{t.noEdit}</Alert>;
  if (!importId) return <DropFile phonebookId={phonebook.id} />;
  return (
    <Suspense fallback={<LoadingLines rows={8} />}>
      <Import key={importId} phonebookId={phonebook.id} importId={importId} />
    </Suspense>
  );
}
