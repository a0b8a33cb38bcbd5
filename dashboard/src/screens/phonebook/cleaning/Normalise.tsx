import { Button, Card, Checkbox, Group, Loader, Stack, Table, Text, Title } from '@mantine/core';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { Sparkles } from 'lucide-react';
import { useState } from 'react';

import { api, sent } from '~/api/client';
import type { ApiProblem } from '~/api/problem';
import type { NormalisationReport } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { useFieldLabel } from '~/shared/contacts/useFieldLabel';
import { EmptyState } from '~/shared/EmptyState';
import { Loaded } from '~/shared/Loaded';
import { useUndo } from '~/shared/undo';

import classes from './cleaning.module.css';
import { texts } from './texts';

const PATH = '/api/v1/phonebooks/{phonebook_id}/normalisation';
const WHAT = ['numbers', 'labels', 'names'] as const;
type Wanted = Record<(typeof WHAT)[number], boolean>;

/** Puts numbers, labels and names in order; first it shows what that changes. */
export default function Normalise({ phonebookId }: { phonebookId: string }) {
  const t = useTexts(texts);
  const format = useFormat();
  const offerUndo = useUndo();
  const [wanted, setWanted] = useState<Wanted>({ numbers: true, labels: true, names: true });
  const isAnything = WHAT.some((each) => wanted[each]);
  const path = { phonebook_id: phonebookId };
  const ask = (dry_run: boolean, signal?: AbortSignal) =>
    sent(api.POST(PATH, { params: { path }, body: { ...wanted, dry_run }, signal }));
  const query = useQuery<NormalisationReport, ApiProblem>({
    queryKey: [PATH, { path, query: wanted }],
    queryFn: ({ signal }) => ask(true, signal),
    enabled: isAnything,
    placeholderData: keepPreviousData,
  });
  const { mutate, isPending } = useMutation({
    mutationFn: () => ask(false),
    onSuccess: (report) => offerUndo(t.applied(format.number(report.contacts), report.contacts), report),
  });
  const about = { numbers: t.numbersAbout, labels: t.labelsAbout, names: t.namesAbout };
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed" maw={680}>
        {t.normaliseAbout}
      </Text>
      <Stack gap="sm">
        {WHAT.map((each) => (
          <Checkbox
            key={each}
            label={t[each]}
            description={about[each]}
            checked={wanted[each]}
            onChange={({ currentTarget: { checked } }) => setWanted({ ...wanted, [each]: checked })}
          />
        ))}
      </Stack>
      {!isAnything ? (
        <Text c="dimmed">{t.nothingChosen}</Text>
      ) : (
        <Loaded query={query}>
          {(report) =>
            report.contacts === 0 ? (
              <EmptyState icon={Sparkles} title={t.nothing} />
            ) : (
              <Stack gap="sm">
                <Group gap="sm">
                  <Title order={2}>{t.preview}</Title>
                  {query.isFetching && <Loader size="xs" aria-label={t.workingOut} />}
                </Group>
                <Changes report={report} />
                <Group justify="flex-end" className={classes.footer}>
                  <Button onClick={() => mutate()} loading={isPending} disabled={query.isPlaceholderData}>
                    {t.apply(format.number(report.contacts), report.contacts)}
                  </Button>
                </Group>
              </Stack>
            )
          }
        </Loaded>
      )}
    </Stack>
  );
}

function Changes({ report }: { report: NormalisationReport }) {
  const t = useTexts(texts);
  const format = useFormat();
  const label = useFieldLabel();
  const all = report.numbers + report.labels + report.names;
  return (
    <>
      <Card withBorder padding={0} className={classes.changes} tabIndex={0} role="region" aria-label={t.preview}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th visibleFrom="xs">{t.field}</Table.Th>
              <Table.Th>{t.before}</Table.Th>
              <Table.Th>{t.after}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {report.changes.map(({ contact, field, before, after }) => (
              <Table.Tr key={`${contact} ${field}`}>
                <Table.Td visibleFrom="xs" c="dimmed">
                  {label(field)}
                </Table.Td>
                <Table.Td className={classes.mono}>{before}</Table.Td>
                <Table.Td className={classes.mono}>{after}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Card>
      {report.changes.length < all && (
        <Text size="sm" c="dimmed">
          {t.firstChanges(format.number(report.changes.length), format.number(all))}
        </Text>
      )}
    </>
  );
}
