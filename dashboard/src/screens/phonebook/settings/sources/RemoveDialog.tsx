import { Radio, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { api, sent } from '~/api/client';
import type { Source } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { FormDialog } from '~/shared/FormDialog';
import { useUndo } from '~/shared/undo';

import { texts } from './texts';

interface Props {
  phonebookId: string;
  source: Source;
  onClose: () => void;
}

/** Unsubscribes; what becomes of the contacts is chosen. */
export default function RemoveDialog({ phonebookId, source, onClose }: Props) {
  const t = useTexts(texts);
  const format = useFormat();
  const client = useQueryClient();
  const offerUndo = useUndo();
  const [leaving, setLeaving] = useState<'keep' | 'remove'>('keep');
  const { mutate, isPending, error } = useMutation({
    mutationFn: () =>
      sent(
        api.DELETE('/api/v1/phonebooks/{phonebook_id}/sources/{source_id}', {
          params: { path: { phonebook_id: phonebookId, source_id: source.id }, query: { contacts: leaving } },
        }),
      ),
    meta: { inPlace: true },
    onSuccess: (answer) => {
      void client.invalidateQueries();
      offerUndo(leaving === 'keep' ? t.removedKept(source.name) : t.removedTaken(source.name), answer);
      onClose();
    },
  });
  return (
    <FormDialog
      opened
      title={t.removeTitle(source.name)}
      submit={t.remove}
      onClose={onClose}
      onSubmit={() => mutate()}
      isBusy={isPending}
      problem={error}
    >
      <Radio.Group
        label={t.removeAbout(format.number(source.contacts), source.contacts)}
        value={leaving}
        onChange={(value) => setLeaving(value === 'remove' ? 'remove' : 'keep')}
      >
        <Stack gap={8} mt={6}>
          <Radio value="keep" label={t.keep} description={t.keepAbout} />
          <Radio value="remove" label={t.take} description={t.takeAbout} />
        </Stack>
      </Radio.Group>
    </FormDialog>
  );
}
