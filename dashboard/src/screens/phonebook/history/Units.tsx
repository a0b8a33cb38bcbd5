import { Button, Select, Stack, Text } from '@mantine/core';
import { History } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';

import { usePages } from '~/api/query';
import type { Unit, UnitKind } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { EmptyState } from '~/shared/EmptyState';
import { Loaded } from '~/shared/Loaded';
import { useSearchValue } from '~/shared/route';
import { texts as common } from '~/shared/texts';

import classes from './history.module.css';
import { texts } from './texts';
import { UnitItem } from './UnitItem';

const UndoDialog = lazy(() => import('./UndoDialog'));

const KINDS: readonly UnitKind[] = ['edit', 'import', 'bulk', 'merge', 'normalise', 'restore', 'undo', 'region', 'source'];

/** Everything that changed contacts; each as one to be looked at and undone. */
export default function Units({ phonebookId }: { phonebookId: string }) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const [asked, setAsked] = useSearchValue('kind');
  const kind = KINDS.find((each) => each === asked);
  const [undone, setUndone] = useState<Unit | null>(null);
  const { query, items } = usePages('/api/v1/phonebooks/{phonebook_id}/units', {
    path: { phonebook_id: phonebookId },
    query: { limit: 30, ...(kind && { kind }) },
  });
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed" maw={680}>
        {t.unitsAbout}
      </Text>
      <Select
        aria-label={t.kind}
        placeholder={t.allKinds}
        data={KINDS.map((value) => ({ value, label: t[value] }))}
        value={kind ?? null}
        onChange={(next) => setAsked(next ?? '')}
        clearable
        clearButtonProps={{ 'aria-label': t.allKinds }}
        maw={280}
      />
      <Loaded query={query}>
        {() =>
          items.length === 0 ? (
            <EmptyState icon={History} title={t.noUnits}>
              {t.noUnitsAbout}
            </EmptyState>
          ) : (
            <ol className={classes.units}>
              {items.map((unit) => (
                <UnitItem key={unit.id} unit={unit} onUndo={() => setUndone(unit)} />
              ))}
            </ol>
          )
        }
      </Loaded>
      {query.hasNextPage && (
        <Button
          variant="default"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
          className={classes.more}
        >
          {c.more}
        </Button>
      )}
      {undone && (
        <Suspense>
          <UndoDialog unit={undone} onClose={() => setUndone(null)} />
        </Suspense>
      )}
    </Stack>
  );
}
