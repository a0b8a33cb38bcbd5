import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Pause, Pencil, Play, RefreshCw, Trash2, Undo2 } from 'lucide-react';

import { may } from '~/api/account';
import { postTo } from '~/api/client';
import type { Role, Source } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useLanguage } from '~/i18n/language';
import { useTexts } from '~/i18n/texts';
import { Ago, Moment } from '~/shared/Moment';
import { type RowAction, RowMenu } from '~/shared/RowMenu';
import { State, type Tone } from '~/shared/State';
import { tellDone, tellFailure } from '~/shared/toasts';
import { texts as common } from '~/shared/texts';
import { everyOf } from '~/shared/vendor/every';
import { Note } from '~/shared/vendor/Note';

import classes from '../settings.module.css';
import { texts } from './texts';
import { troubleOf } from './trouble';
import { usePause, useSync } from './useSource';

const TONES: Record<Source['status'], Tone> = {
  waiting: 'quiet',
  syncing: 'quiet',
  ok: 'good',
  failed: 'bad',
  confirm: 'warn',
  paused: 'quiet',
};

interface Props {
  source: Source;
  role: Role;
  /** With another address, when one of several was chosen. */
  onEdit: (url?: string) => void;
  onRemove: () => void;
}

/** One source: how it is, when it was read, what can be done. */
export function SourceRow({ source, role, onEdit, onRemove }: Props) {
  const t = useTexts(texts);
  const format = useFormat();
  const { language } = useLanguage();
  const sync = useSync(source);
  const isSyncing = source.status === 'syncing' || sync.isPending;
  return (
    <li>
      <Stack gap="xs">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <div>
            <Group gap="sm">
              <Title order={3}>{source.name}</Title>
              <span role="status">
                <State tone={TONES[isSyncing ? 'syncing' : source.status]} hollow={source.status === 'paused'}>
                  {isSyncing ? t.syncing : t[source.status]}
                </State>
              </span>
            </Group>
            <Text size="sm" c="dimmed">
              {source.kind === 'carddav' ? t.kindCarddav : t.kindFile} · {source.host} ·{' '}
              {t.contacts(format.number(source.contacts), source.contacts)}
            </Text>
            <Text size="sm" c="dimmed">
              {source.ok_at !== null && (
                <>
                  {t.synced} <Ago at={source.ok_at} /> ·{' '}
                </>
              )}
              {everyOf(source.every_minutes * 60, language)}
              {source.next_at !== null && (
                <>
                  {' '}
                  · {t.next} <Moment at={source.next_at} />
                </>
              )}
            </Text>
          </div>
          <Group gap={4} wrap="nowrap">
            {may(role, 'editor') && (
              <Button
                size="xs"
                variant="default"
                leftSection={<RefreshCw size={14} aria-hidden />}
                loading={isSyncing}
                onClick={() => sync.mutate(false)}
                visibleFrom="sm"
              >
                {t.syncNow}
              </Button>
            )}
            <Actions source={source} role={role} onSync={() => sync.mutate(false)} onEdit={onEdit} onRemove={onRemove} />
          </Group>
        </Group>
        <Outcome source={source} canManage={may(role, 'manager')} onAccept={() => sync.mutate(true)} onChoose={onEdit} />
      </Stack>
    </li>
  );
}

function Actions({ source, role, onSync, onEdit, onRemove }: Props & { onSync: () => void }) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const client = useQueryClient();
  const pause = usePause(source);
  const undo = source.result?.undo;
  const takeBack = async (path: string) => {
    try {
      await postTo(path);
      tellDone(c.undone);
    } catch (error) {
      tellFailure(error);
    }
    await client.invalidateQueries();
  };
  const actions: RowAction[] = [];
  if (may(role, 'editor')) {
    actions.push({ label: t.syncNow, icon: RefreshCw, onClick: onSync });
    if (undo) actions.push({ label: t.undo, icon: Undo2, onClick: () => void takeBack(undo) });
  }
  if (may(role, 'manager')) {
    actions.push(
      source.paused
        ? { label: t.resume, icon: Play, onClick: () => pause.mutate(false) }
        : { label: t.pause, icon: Pause, onClick: () => pause.mutate(true) },
      { label: t.edit, icon: Pencil, onClick: () => onEdit() },
      { label: t.remove, icon: Trash2, onClick: onRemove, isDestructive: true },
    );
  }
  return <RowMenu of={source.name} actions={actions} />;
}

interface OutcomeProps {
  source: Source;
  canManage: boolean;
  onAccept: () => void;
  onChoose: (url: string) => void;
}

/** What came of the last sync, and what it needs. */
function Outcome({ source: { status, result }, canManage, onAccept, onChoose }: OutcomeProps) {
  const t = useTexts(texts);
  const format = useFormat();
  const { language } = useLanguage();
  if (status === 'paused') {
    return (
      <Text size="sm" c="dimmed">
        {t.pausedAbout}
      </Text>
    );
  }
  if (result === null) return null;
  if (status === 'confirm') {
    const count = result.would_remove;
    return (
      <Note tone="warn" title={t.confirmTitle(format.number(count), count)}>
        {t.confirmAbout}
        <Button size="xs" mt="xs" variant="default" display="block" onClick={onAccept}>
          {t.confirmDo(format.number(count), count)}
        </Button>
      </Note>
    );
  }
  return (
    <>
      {!result.ok && (
        <Note tone="bad">
          {troubleOf(result, language)}
          {canManage && result.choices.length > 0 && (
            <Group gap="xs" mt="xs">
              {result.choices.map(({ name, url }) => (
                <Button key={url} size="xs" variant="default" onClick={() => onChoose(url)}>
                  {name}
                </Button>
              ))}
            </Group>
          )}
        </Note>
      )}
      {result.ok && result.created + result.updated + result.removed > 0 && (
        <Text size="sm">
          {t.counts(format.number(result.created), format.number(result.updated), format.number(result.removed))}
        </Text>
      )}
      {result.problem_count > 0 && (
        <details className={classes.details}>
          <summary>{t.unread(format.number(result.problem_count), result.problem_count)}</summary>
          <ul className={classes.problems}>
            {result.problems.map(({ where, message }) => (
              <li key={where}>{`${where}: ${message}`}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
