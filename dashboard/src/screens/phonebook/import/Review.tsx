import { Alert, Button, Group, Loader, Stack, Text, Title } from '@mantine/core';
import { Download, History, Trash2 } from 'lucide-react';

import { BASE } from '~/api/client';
import type { ImportPreview } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { ProblemBox } from '~/shared/problems/ProblemBox';

import classes from './import.module.css';
import { Columns } from './mapping/Columns';
import { Damaged } from './outcome/Damaged';
import { Outcomes } from './outcome/Outcomes';
import { countImported } from './outcome/rows';
import { OnMatchChoice } from './reading/OnMatchChoice';
import { ReadingOptions } from './reading/ReadingOptions';
import { texts } from './texts';
import { useImportChange } from './useImport';

interface Props {
  preview: ImportPreview;
  onCommit: () => void;
  isCommitting: boolean;
  onForget: () => void;
}

/** Everything about a file before it is imported, on one page: what is changed above is seen below. */
export function Review({ preview, onCommit, isCommitting, onForget }: Props) {
  const t = useTexts(texts);
  const format = useFormat();
  const { change, isPending, error, wanted } = useImportChange(preview);
  const count = countImported(preview);
  const isTable = preview.headers.length > 0 || preview.sample.length > 0;
  return (
    <Stack gap="xl">
      <Group justify="space-between" align="flex-start" gap="xs">
        <div>
          <Title order={2}>{preview.filename}</Title>
          <Text size="sm" c="dimmed">
            {`${preview.format.toUpperCase()} · ${t.expires(format.moment(preview.expires_at))}`}
          </Text>
        </div>
        <Button variant="default" size="xs" leftSection={<Trash2 size={15} aria-hidden />} onClick={onForget}>
          {t.forget}
        </Button>
      </Group>
      {error && <ProblemBox error={error} />}
      <ReadingOptions preview={preview} change={change} wanted={wanted} />
      {isTable && (
        <Stack gap="xs">
          <Title order={3}>{t.columns}</Title>
          {!preview.ready ? (
            <Alert variant="default">{t.undecided}</Alert>
          ) : preview.remembered ? (
            <Alert color="blue" icon={<History size={18} aria-hidden />} py="xs">
              {t.remembered}
            </Alert>
          ) : (
            <Text size="sm" c="dimmed">
              {t.columnsAbout}
            </Text>
          )}
          <Columns preview={preview} change={change} />
        </Stack>
      )}
      {preview.ready && (
        <>
          <OnMatchChoice value={wanted?.on_match ?? preview.on_match} onChange={(on_match) => change({ on_match })} />
          <Stack gap="sm">
            <Group gap="sm">
              <Title order={3}>{t.happens}</Title>
              {preview.rejected > 0 && <RejectedFile preview={preview} />}
              {isPending && (
                <Group gap={6} role="status">
                  <Loader size="xs" />
                  <Text size="sm" c="dimmed">
                    {t.working}
                  </Text>
                </Group>
              )}
            </Group>
            <Damaged preview={preview} wanted={wanted?.repair} onRepair={(repair) => change({ repair })} />
            <div className={isPending ? classes.working : undefined}>
              <Outcomes preview={preview} />
            </div>
          </Stack>
        </>
      )}
      <Group className={classes.footer} justify="flex-end" gap="xs">
        <Button onClick={onCommit} loading={isCommitting} disabled={!preview.ready || count === 0 || isPending}>
          {preview.ready && count > 0 ? t.go(format.number(count), count) : t.goNothing}
        </Button>
      </Group>
    </Stack>
  );
}

/** A link to the rows that cannot be imported, each with its reason. */
export function RejectedFile({ preview: { id, phonebook_id } }: { preview: ImportPreview }) {
  const t = useTexts(texts);
  return (
    <Button
      variant="default"
      size="xs"
      component="a"
      href={`${BASE}/api/v1/phonebooks/${phonebook_id}/imports/${id}/rejected`}
      download
      leftSection={<Download size={16} aria-hidden />}
    >
      {t.downloadRejected}
    </Button>
  );
}
