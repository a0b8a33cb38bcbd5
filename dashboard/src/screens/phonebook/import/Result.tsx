import { Alert, Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleCheck, Undo2 } from 'lucide-react';

import { api, sent } from '~/api/client';
import { apiQuery } from '~/api/query';
import type { ImportPreview, ImportReport } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { Loaded } from '~/shared/Loaded';
import { paths } from '~/shared/paths';
import { State } from '~/shared/State';
import { tellDone } from '~/shared/toasts';

import classes from './import.module.css';
import { OUTCOMES } from './outcome/rows';
import { RejectedFile } from './Review';
import { texts } from './texts';

/** What an import did: the numbers add up, and all of it can be undone. */
export function Result({ preview }: { preview: ImportPreview }) {
  const { id: import_id, phonebook_id } = preview;
  const query = useQuery({
    // Committing what is committed already only tells again what it did.
    queryKey: ['/api/v1/phonebooks/{phonebook_id}/imports/{import_id}/commit', { path: { phonebook_id, import_id } }],
    queryFn: async () =>
      (await sent(
        api.POST('/api/v1/phonebooks/{phonebook_id}/imports/{import_id}/commit', {
          params: { path: { phonebook_id, import_id } },
          body: {},
        }),
      )) as ImportReport,
    staleTime: Infinity,
  });
  return <Loaded query={query}>{(report) => <Report preview={preview} report={report} />}</Loaded>;
}

function Report({ preview, report }: { preview: ImportPreview; report: ImportReport }) {
  const t = useTexts(texts);
  const format = useFormat();
  const client = useQueryClient();
  const { phonebook_id } = preview;
  const unit = useQuery({
    ...apiQuery('/api/v1/units/{unit_id}', { path: { unit_id: report.unit ?? '' }, query: { limit: 1 } }),
    enabled: report.unit !== null && report.unit !== undefined,
  });
  const undo = useMutation({
    mutationFn: (unit_id: string) =>
      sent(api.POST('/api/v1/units/{unit_id}/undo', { params: { path: { unit_id } }, body: {} })),
    onSuccess: ({ conflict_count }) => {
      const rest = conflict_count > 0 ? ` ${t.stays(format.number(conflict_count))}` : '';
      tellDone(t.undoneNow + rest);
      void client.invalidateQueries();
    },
  });
  const isUndone = Boolean(unit.data?.undone_by);
  const to = (tab: string) => (props: object) => <Link to={paths.phonebook(phonebook_id, tab)} {...props} />;
  return (
    <Stack gap="md" maw={720}>
      <Card withBorder>
        <Stack gap="sm">
          <Group gap="xs">
            <CircleCheck size={24} aria-hidden color="var(--app-good)" />
            <Title order={2}>{t.doneTitle}</Title>
          </Group>
          <Text>{t.doneAbout(preview.filename, format.number(report.read))}</Text>
          <div className={classes.results}>
            {OUTCOMES.filter((outcome) => report[outcome] > 0).map((outcome) => (
              <State key={outcome} tone={outcome === 'rejected' ? 'bad' : outcome === 'created' ? 'good' : 'quiet'}>
                {`${format.number(report[outcome])} ${t[outcome].toLowerCase()}`}
              </State>
            ))}
          </div>
          {isUndone && <Alert color="gray">{t.undone}</Alert>}
          <Group gap="xs" mt="xs">
            <Button renderRoot={to('contacts')}>{t.toContacts}</Button>
            {report.rejected > 0 && <RejectedFile preview={preview} />}
            {unit.data?.can_undo && (
              <Button
                variant="default"
                leftSection={<Undo2 size={16} aria-hidden />}
                loading={undo.isPending}
                onClick={() => report.unit && undo.mutate(report.unit)}
              >
                {t.undoAll}
              </Button>
            )}
            <Button variant="subtle" renderRoot={to('import')}>
              {t.another}
            </Button>
          </Group>
        </Stack>
      </Card>
    </Stack>
  );
}
