import { Autocomplete, Text } from '@mantine/core';
import { useState } from 'react';

import { useTexts } from '~/i18n/texts';
import { useUsualLabels } from '~/shared/contacts/useUsualLabels';
import { FormDialog } from '~/shared/FormDialog';

import type { BulkDialogProps } from './GroupsDialog';
import { texts } from './texts';

/** Gives numbers and addresses with one label another one. */
export default function LabelDialog({ what, onClose, run, isBusy }: BulkDialogProps) {
  const t = useTexts(texts);
  const labels = useUsualLabels();
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  return (
    <FormDialog
      opened
      title={t.labelTitle(what)}
      submit={t.change}
      onClose={onClose}
      onSubmit={() => run({ set_label: { from: from.trim(), to: to.trim() } })}
      isBusy={isBusy}
    >
      <Text size="sm">{t.labelHelp}</Text>
      <Autocomplete data-autofocus label={t.labelFrom} data={labels} openOnFocus={false} value={from} onChange={setFrom} />
      <Autocomplete label={t.labelTo} data={labels} openOnFocus={false} value={to} onChange={setTo} />
    </FormDialog>
  );
}
