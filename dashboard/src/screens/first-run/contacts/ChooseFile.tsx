import { Anchor, Button, FileButton, Group, List, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { FileUp } from 'lucide-react';

import type { ImportPreview } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { startImport } from '~/shared/contacts/startImport';
import { paths } from '~/shared/paths';
import { ProblemBox } from '~/shared/problems/ProblemBox';
import { Note } from '~/shared/vendor/Note';

import classes from '../guide.module.css';
import { texts } from '../texts';
import { Rejected } from './Rejected';
import { commitImport, useAdded } from './useAdding';

/** A file, looked at before it is added. What needs more than a yes has its own page. */
export function ChooseFile({ phonebookId }: { phonebookId: string }) {
  const t = useTexts(texts);
  const say = useAdded();
  const reading = useMutation({
    mutationFn: (file: File) => startImport(phonebookId, file),
    meta: { inPlace: true },
  });
  const adding = useMutation({
    mutationFn: (preview: ImportPreview) => commitImport(phonebookId, preview.id),
    meta: { inPlace: true },
    onSuccess: (report) => {
      say(report);
      reading.reset();
    },
  });
  const { data: preview } = reading;
  const choose = (file: File | null) => {
    adding.reset();
    if (file) reading.mutate(file);
  };
  return (
    <Stack gap="sm" align="stretch">
      <Text size="sm">{t.fileAbout}</Text>
      <FileButton onChange={choose} accept=".csv,.txt,.tsv,.xlsx,.vcf,.vcard,.json,.xml">
        {(props) => (
          <Button
            {...props}
            variant={preview ? 'default' : 'light'}
            className={classes.start}
            leftSection={<FileUp size={16} aria-hidden />}
            loading={reading.isPending}
          >
            {preview ? t.fileOther : t.fileChoose}
          </Button>
        )}
      </FileButton>
      <div role="status">{reading.isPending && <Text size="sm">{t.fileReading}</Text>}</div>
      {preview && !preview.ready && (
        <Note tone="warn">
          {t.fileMapping}{' '}
          <Anchor component={Link} to={paths.phonebook(phonebookId, 'import', preview.id)} size="sm" underline="always">
            {t.fileToImport}
          </Anchor>
        </Note>
      )}
      {preview?.ready && <Found preview={preview} isBusy={adding.isPending} onAdd={() => adding.mutate(preview)} />}
      <Rejected report={adding.data} />
      {(reading.error ?? adding.error) && <ProblemBox error={reading.error ?? adding.error} />}
    </Stack>
  );
}

function Found({ preview, isBusy, onAdd }: { preview: ImportPreview; isBusy: boolean; onAdd: () => void }) {
  const t = useTexts(texts);
  const format = useFormat();
  const { created, updated, unchanged, skipped, rejected } = preview;
  const there = unchanged + skipped;
  const lines = [
    created > 0 && t.fileNew(format.number(created), created),
    updated > 0 && t.fileUpdated(format.number(updated), updated),
    there > 0 && t.fileUnchanged(format.number(there), there),
    rejected > 0 && t.fileRejected(format.number(rejected), rejected),
  ].filter((line) => line !== false);
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600}>
        {t.fileFound(preview.filename)}
      </Text>
      <List size="sm">
        {lines.map((line) => (
          <List.Item key={line}>{line}</List.Item>
        ))}
      </List>
      {created + updated > 0 ? (
        <Group>
          <Button variant="light" loading={isBusy} onClick={onAdd}>
            {t.fileImport}
          </Button>
        </Group>
      ) : (
        <Text size="sm">{t.fileNothing}</Text>
      )}
    </Stack>
  );
}
