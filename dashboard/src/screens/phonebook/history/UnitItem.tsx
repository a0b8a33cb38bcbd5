import { Button, Collapse, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ChevronDown, ChevronRight, Undo2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';

import { apiQuery } from '~/api/query';
import type { Unit } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { LoadingLines } from '~/shared/Loaded';
import { Ago } from '~/shared/Moment';

import classes from './history.module.css';
import { texts } from './texts';

const UnitChanges = lazy(() => import('./UnitChanges'));

/** One thing that was done: what, who, when, how much; behind it what it changed. */
export function UnitItem({ unit, onUndo }: { unit: Unit; onUndo: () => void }) {
  const t = useTexts(texts);
  const format = useFormat();
  const [isOpen, setOpen] = useState(false);
  const title = useTitle(unit);
  const counted = [
    unit.created > 0 && t.created(format.number(unit.created), unit.created),
    unit.changed > 0 && t.changed(format.number(unit.changed), unit.changed),
    unit.deleted > 0 && t.deleted(format.number(unit.deleted), unit.deleted),
    unit.phonebooks.length > 1 && t.elsewhere,
  ].filter(Boolean);
  return (
    <li className={classes.unit} data-undone={unit.undone_by !== null || undefined}>
      <div className={classes.unitHead}>
        <div>
          <Text fw={600} size="sm">
            {title}
          </Text>
          <Text size="sm" c="dimmed">
            <Ago at={unit.at} /> {t.by(unit.actor)} · {counted.join(', ')}
          </Text>
          {unit.summary && unit.kind !== 'edit' && (
            <Text size="sm" c="dimmed" className={classes.summary}>
              {unit.summary}
            </Text>
          )}
        </div>
        <Group gap="xs" wrap="nowrap">
          {unit.undone_by !== null ? (
            <Text size="sm" c="dimmed">
              {t.isUndone}
            </Text>
          ) : (
            unit.can_undo && (
              <Button
                size="compact-sm"
                variant="default"
                leftSection={<Undo2 size={15} aria-hidden />}
                onClick={onUndo}
                aria-label={`${t.undoIt}: ${title}`}
              >
                {t.undoIt}
              </Button>
            )
          )}
        </Group>
      </div>
      <Button
        size="compact-xs"
        variant="subtle"
        leftSection={isOpen ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} aria-hidden />}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        className={classes.toggle}
      >
        {t.details}
      </Button>
      <Collapse expanded={isOpen}>
        {isOpen && (
          <Suspense fallback={<LoadingLines rows={2} />}>
            <UnitChanges unitId={unit.id} />
          </Suspense>
        )}
      </Collapse>
    </li>
  );
}

function useTitle({ id, kind, created, deleted, changed }: Unit): string {
  const t = useTexts(texts);
  // An edit is of one contact, which only the details name.
  const details = useQuery({
    ...apiQuery('/api/v1/units/{unit_id}', { path: { unit_id: id }, query: { limit: 1 } }),
    enabled: kind === 'edit',
    staleTime: Infinity,
  });
  const name = details.data?.contacts[0]?.name ?? '…';
  const words = {
    edit: created > 0 ? t.editCreated(name) : deleted > 0 && changed === 0 ? t.editDeleted(name) : t.editOne(name),
    import: t.importOne,
    bulk: t.bulkOne,
    merge: t.mergeOne,
    normalise: t.normaliseOne,
    restore: t.restoreOne,
    undo: t.undoOne,
    region: t.regionOne,
    source: t.sourceOne,
  };
  return words[kind];
}
