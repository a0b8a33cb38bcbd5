import { ActionIcon, Button, Group, Loader, Paper, Text } from '@mantine/core';
import { ArrowRightLeft, Copy, GitMerge, Tag, Tags, Trash2, X } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';

import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { texts as common } from '~/shared/texts';

import { texts } from './texts';
import type { Bulk } from './useBulk';

const GroupsDialog = lazy(() => import('./GroupsDialog'));
const TargetDialog = lazy(() => import('./TargetDialog'));
const LabelDialog = lazy(() => import('./LabelDialog'));
const BulkJob = lazy(() => import('./BulkJob'));

interface Props {
  phonebookId: string;
  siteId: string;
  bulk: Bulk;
  /** How many are selected; null: more than are counted. */
  count: number | null;
  /** How many match; null: more than are counted. */
  total: number | null;
  isAll: boolean;
  onAll: () => void;
  onLetGo: () => void;
  onMerge: (() => void) | null;
}

type DialogName = 'groups' | 'move' | 'copy' | 'labels';

/** Stands in the place of the toolbar's second line as long as something is selected. */
export function BulkBar({ phonebookId, siteId, bulk, count, total, isAll, onAll, onLetGo, onMerge }: Props) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const format = useFormat();
  const [dialog, setDialog] = useState<DialogName | null>(null);
  const close = () => setDialog(null);
  const what = count === null ? t.contactsMany : t.contacts(format.number(count), count);
  const props = { what, onClose: close, isBusy: bulk.isPending, run: (change: Parameters<Bulk['run']>[0]) => {
    close();
    bulk.run(change);
  } };
  const buttons = [
    { name: 'groups' as const, label: t.groups, icon: Tags },
    { name: 'move' as const, label: t.move, icon: ArrowRightLeft },
    { name: 'copy' as const, label: t.copy, icon: Copy },
    { name: 'labels' as const, label: t.labels, icon: Tag },
  ];
  return (
    <Paper withBorder px="sm" py={6} role="region" aria-label={t.bar}>
      <Group gap="xs">
        <ActionIcon variant="subtle" color="gray" onClick={onLetGo} aria-label={t.letGo}>
          <X size={17} aria-hidden />
        </ActionIcon>
        <Text fw={600} size="sm" role="status">
          {count === null ? t.selectedMany : t.selected(format.number(count))}
        </Text>
        {!isAll && (total === null || (count ?? 0) < total) && (
          <Button size="compact-sm" variant="subtle" onClick={onAll}>
            {total === null ? t.allMany : t.all(format.number(total))}
          </Button>
        )}
        <Group gap={6} ml="auto">
          {bulk.isPending && <Loader size="xs" />}
          {buttons.map(({ name, label, icon: Icon }) => (
            <Button
              key={name}
              size="compact-sm"
              variant="default"
              leftSection={<Icon size={15} aria-hidden />}
              onClick={() => setDialog(name)}
            >
              {label}
            </Button>
          ))}
          {onMerge && (
            <Button size="compact-sm" variant="default" leftSection={<GitMerge size={15} aria-hidden />} onClick={onMerge}>
              {t.merge}
            </Button>
          )}
          <Button
            size="compact-sm"
            variant="default"
            c="var(--app-bad)"
            leftSection={<Trash2 size={15} aria-hidden />}
            onClick={() => bulk.run({ delete: true })}
          >
            {c.delete}
          </Button>
        </Group>
      </Group>
      <Suspense>
        {dialog === 'groups' && <GroupsDialog {...props} phonebookId={phonebookId} />}
        {(dialog === 'move' || dialog === 'copy') && (
          <TargetDialog {...props} kind={dialog} phonebookId={phonebookId} siteId={siteId} />
        )}
        {dialog === 'labels' && <LabelDialog {...props} />}
        {bulk.followed && <BulkJob what={what} followed={bulk.followed} />}
      </Suspense>
    </Paper>
  );
}
