import { Button, Group, List, Loader, Modal, Radio, Stack, Table, Text, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { api, sent } from '~/api/client';
import type { ApiProblem } from '~/api/problem';
import type { UndoReport, Unit } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { FieldValue } from '~/shared/contacts/FieldValue';
import { useFieldLabel } from '~/shared/contacts/useFieldLabel';
import { Loaded } from '~/shared/Loaded';
import { texts as common } from '~/shared/texts';
import { useUndo } from '~/shared/undo';

import classes from './history.module.css';
import { texts } from './texts';

const PATH = '/api/v1/units/{unit_id}/undo';
const SHOWN = 20;

/** What undoing would do, said before it is done; and what becomes of what somebody changed since. */
export default function UndoDialog({ unit, onClose }: { unit: Unit; onClose: () => void }) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const format = useFormat();
  const offerUndo = useUndo();
  const [conflicts, setConflicts] = useState<'keep' | 'overwrite'>('keep');
  const path = { unit_id: unit.id };
  const query = useQuery<UndoReport, ApiProblem>({
    queryKey: [PATH, { path }],
    queryFn: ({ signal }) => sent(api.POST(PATH, { params: { path }, body: { dry_run: true }, signal })),
    gcTime: 0,
    staleTime: Infinity,
  });
  const { mutate, isPending } = useMutation({
    mutationFn: () => sent(api.POST(PATH, { params: { path }, body: { conflicts } })),
    onSuccess: (report) => {
      const left = report.conflict_count;
      offerUndo([t.undoneToast, left > 0 && t.conflictsLeft(format.number(left), left)].filter(Boolean).join(' '), report);
      onClose();
    },
  });
  const isNothing = query.data !== undefined && !does(query.data) && query.data.conflict_count === 0;
  return (
    <Modal opened onClose={onClose} title={t.undoTitle} size={620} closeButtonProps={{ 'aria-label': c.close }}>
      <Stack>
        <Loaded
          query={query}
          loading={
            <Group role="status">
              <Loader size="sm" />
              <Text size="sm">{t.undoing}</Text>
            </Group>
          }
        >
          {(report) => (
            <>
              <Effects report={report} />
              {report.conflict_count > 0 && (
                <>
                  <Conflicts report={report} />
                  <Radio.Group
                    aria-label={t.conflictsAbout}
                    value={conflicts}
                    onChange={(next) => setConflicts(next as typeof conflicts)}
                  >
                    <Stack gap="xs">
                      <Radio value="keep" label={t.keep} description={t.keepAbout} />
                      <Radio value="overwrite" label={t.overwrite} description={t.overwriteAbout} />
                    </Stack>
                  </Radio.Group>
                </>
              )}
            </>
          )}
        </Loaded>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {c.cancel}
          </Button>
          {!isNothing && (
            <Button onClick={() => mutate()} loading={isPending} disabled={query.data === undefined} data-autofocus>
              {t.goUndo}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

function does({ deleted, restored, changed }: UndoReport): boolean {
  return deleted + restored + changed > 0;
}

function Effects({ report }: { report: UndoReport }) {
  const t = useTexts(texts);
  const format = useFormat();
  const lines = [
    report.deleted > 0 && t.willDelete(format.number(report.deleted), report.deleted),
    report.restored > 0 && t.willRestore(format.number(report.restored), report.restored),
    report.changed > 0 && t.willChange(format.number(report.changed), report.changed),
    report.purged > 0 && t.purged(format.number(report.purged), report.purged),
  ].filter((line): line is string => line !== false);
  if (!does(report)) return <Text>{t.willNothing}</Text>;
  return (
    <List spacing={4}>
      {lines.map((line) => (
        <List.Item key={line}>{line}</List.Item>
      ))}
    </List>
  );
}

function Conflicts({ report }: { report: UndoReport }) {
  const t = useTexts(texts);
  const format = useFormat();
  const label = useFieldLabel();
  const shown = report.conflicts.slice(0, SHOWN);
  return (
    <Stack gap="xs">
      <Title order={3}>{t.conflictsTitle(format.number(report.conflict_count), report.conflict_count)}</Title>
      <Text size="sm" c="dimmed">
        {t.conflictsAbout}
      </Text>
      <div className={classes.conflicts} tabIndex={0} role="region" aria-label={t.conflictsAbout}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th />
              <Table.Th>{t.now}</Table.Th>
              <Table.Th>{t.wouldBe}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map(({ contact, field, now, would_be }) => (
              <Table.Tr key={`${contact} ${field}`}>
                <Table.Td c="dimmed">{label(field)}</Table.Td>
                <Table.Td>
                  <FieldValue value={now} />
                </Table.Td>
                <Table.Td>
                  <FieldValue value={would_be} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {report.conflict_count > shown.length && (
        <Text size="sm" c="dimmed">
          {t.moreConflicts(format.number(report.conflict_count - shown.length))}
        </Text>
      )}
    </Stack>
  );
}
