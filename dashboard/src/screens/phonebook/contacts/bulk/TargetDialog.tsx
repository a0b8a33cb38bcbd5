import { Loader, Select, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { may } from '~/api/account';
import { everyQuery } from '~/api/query';
import { useTexts } from '~/i18n/texts';
import { FormDialog } from '~/shared/FormDialog';

import type { BulkDialogProps } from './GroupsDialog';
import { texts } from './texts';

interface Props extends BulkDialogProps {
  kind: 'move' | 'copy';
  phonebookId: string;
  siteId: string;
}

/** The phonebook to which contacts go: of this site, or of another one. */
export default function TargetDialog({ kind, what, onClose, run, isBusy, phonebookId, siteId }: Props) {
  const t = useTexts(texts);
  const [site, setSite] = useState(siteId);
  const [book, setBook] = useState<string | null>(null);
  const [isMissing, setMissing] = useState(false);
  const { data: sites } = useQuery(everyQuery('/api/v1/sites'));
  const { data: books, isPending } = useQuery(everyQuery('/api/v1/sites/{site_id}/phonebooks', { path: { site_id: site } }));
  const targets = (books ?? []).filter(({ id, role }) => id !== phonebookId && may(role, 'editor'));
  const submit = () => {
    if (book === null) setMissing(true);
    else run(kind === 'move' ? { move_to: book } : { copy_to: book });
  };
  return (
    <FormDialog
      opened
      title={kind === 'move' ? t.moveTitle(what) : t.copyTitle(what)}
      submit={kind === 'move' ? t.move : t.copy}
      onClose={onClose}
      onSubmit={submit}
      isBusy={isBusy}
    >
      <Text size="sm">{kind === 'move' ? t.moveHelp : t.copyHelp}</Text>
      {(sites?.length ?? 0) > 1 && (
        <Select
          label={t.site}
          data={(sites ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          value={site}
          onChange={(next) => {
            setSite(next ?? siteId);
            setBook(null);
          }}
          searchable
          allowDeselect={false}
        />
      )}
      <Select
        data-autofocus
        label={t.phonebook}
        data={targets.map(({ id, name }) => ({ value: id, label: name }))}
        value={book}
        onChange={(next) => {
          setBook(next);
          setMissing(false);
        }}
        openOnFocus={false}
        rightSection={isPending ? <Loader size="xs" /> : undefined}
        disabled={!isPending && targets.length === 0}
        description={!isPending && targets.length === 0 ? t.noTarget : undefined}
        error={isMissing && t.required}
        searchable
      />
    </FormDialog>
  );
}
