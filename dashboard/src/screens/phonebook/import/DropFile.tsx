import { FileButton, Button, Group, Loader, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { FileUp } from 'lucide-react';
import { type DragEvent, useState } from 'react';

import { useTexts } from '~/i18n/texts';
import { startImport } from '~/shared/contacts/startImport';
import { paths } from '~/shared/paths';
import { ProblemBox } from '~/shared/problems/ProblemBox';
import { tellFailure } from '~/shared/toasts';

import classes from './import.module.css';
import { texts } from './texts';

/** Where a file is dropped or chosen. It is read by the server and changes nothing yet. */
export function DropFile({ phonebookId }: { phonebookId: string }) {
  const t = useTexts(texts);
  const navigate = useNavigate();
  const [isOver, setOver] = useState(false);
  const { mutate, isPending, error, variables } = useMutation({
    mutationFn: (file: File) => startImport(phonebookId, file),
    meta: { inPlace: true },
    onSuccess: ({ id }) => void navigate({ to: paths.phonebook(phonebookId, 'import', id) }),
  });
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const { files } = event.dataTransfer;
    const [file] = files;
    if (files.length > 1) tellFailure(new Error(t.several));
    else if (file && !isPending) mutate(file);
  };
  return (
    <Stack gap="md">
      <div>
        <Title order={2}>{t.title}</Title>
        <Text size="sm" c="dimmed" maw={640}>
          {t.about}
        </Text>
      </div>
      {error && <ProblemBox error={error} />}
      <div
        className={classes.drop}
        data-over={isOver || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        {isPending ? (
          <Group role="status">
            <Loader size="sm" />
            <Text>{t.reading(variables.name)}</Text>
          </Group>
        ) : (
          <Stack align="center" gap="xs">
            <FileUp size={40} strokeWidth={1.3} aria-hidden />
            <Text fw={600} size="lg">
              {isOver ? t.dropNow : t.drop}
            </Text>
            <Text size="sm" c="dimmed">
              {t.or}
            </Text>
            <FileButton onChange={(file) => file && mutate(file)} accept=".csv,.tsv,.txt,.xlsx,.vcf,.vcard,.json,.xml">
              {(props) => <Button {...props}>{t.choose}</Button>}
            </FileButton>
          </Stack>
        )}
      </div>
      <Text size="sm" c="dimmed" maw={640}>
        {t.safe}
      </Text>
    </Stack>
  );
}
