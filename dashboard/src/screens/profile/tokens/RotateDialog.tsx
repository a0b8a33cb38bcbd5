import { NativeSelect, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { api, sent } from '~/api/client';
import { refresh } from '~/api/query';
import type { ApiToken } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { FormDialog } from '~/shared/FormDialog';

import { TokenMade } from './TokenMade';
import { texts } from './texts';

const DAY = 24;
const WEEK = 168;

/** A new secret for a token; the present one works on for as long as one needs to change it everywhere. */
export default function RotateDialog({ token, onClose }: { token: ApiToken; onClose: () => void }) {
  const t = useTexts(texts);
  const client = useQueryClient();
  const [hours, setHours] = useState(DAY);
  const { mutate, isPending, error, data } = useMutation({
    mutationFn: () =>
      sent(
        api.POST('/api/v1/tokens/{token_id}/rotation', {
          params: { path: { token_id: token.id } },
          body: { overlap_hours: hours },
        }),
      ),
    meta: { inPlace: true },
    onSuccess: () => void refresh(client, '/api/v1/tokens'),
  });
  if (data) return <TokenMade token={data} onClose={onClose} />;
  return (
    <FormDialog
      opened
      title={t.rotateTitle(token.name)}
      submit={t.rotateSubmit}
      onClose={onClose}
      onSubmit={() => mutate()}
      isBusy={isPending}
      problem={error}
    >
      <Text size="sm">{t.rotateAbout}</Text>
      <NativeSelect
        label={t.rotateOverlap}
        data-autofocus
        value={hours}
        onChange={({ currentTarget }) => setHours(Number(currentTarget.value))}
        data={[
          { value: '0', label: t.rotateNow },
          { value: '1', label: t.rotateHour },
          { value: String(DAY), label: t.rotateHours(DAY) },
          { value: String(WEEK), label: t.rotateWeek },
        ]}
      />
    </FormDialog>
  );
}
