import { Group, Radio, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { api, sent } from '~/api/client';
import { refresh } from '~/api/query';
import type { Service } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { FormDialog } from '~/shared/FormDialog';
import { tellDone } from '~/shared/toasts';
import { Note } from '~/shared/vendor/Note';

import classes from './services.module.css';
import { texts } from './texts';

const USUAL = '24';

interface Props {
  phonebookId: string;
  service: Service;
  onClose: () => void;
}

/** A new password for the phones, with a time in which the old one works too. */
export default function RotateDialog({ phonebookId, service, onClose }: Props) {
  const t = useTexts(texts);
  const client = useQueryClient();
  const canOverlap = service.can_overlap;
  const [hours, setHours] = useState(canOverlap ? USUAL : '0');
  const { mutate, isPending, error } = useMutation({
    mutationFn: (overlap_hours: number) =>
      sent(
        api.POST('/api/v1/phonebooks/{phonebook_id}/services/{slug}/password', {
          params: { path: { phonebook_id: phonebookId, slug: service.slug } },
          body: { overlap_hours },
        }),
      ),
    meta: { inPlace: true },
    onSuccess: () => {
      void refresh(client, '/api/v1/phonebooks/{phonebook_id}');
      tellDone(t.rotated);
      onClose();
    },
  });
  const choices = [
    ['24', t.overlap24],
    ['72', t.overlap72],
    ['168', t.overlap168],
    ['720', t.overlap720],
    ['1', t.overlap1],
    ['0', t.overlap0],
  ] as const;
  const steps = [t.rotateStep1, hours === '0' ? t.rotateStep2Now : t.rotateStep2, ...(hours === '0' ? [] : [t.rotateStep3])];
  return (
    <FormDialog
      opened
      title={t.rotateTitle}
      submit={t.rotateDo}
      onClose={onClose}
      onSubmit={() => mutate(Number(hours))}
      isBusy={isPending}
      problem={error}
    >
      <Text size="sm">{t.rotateAbout}</Text>
      {canOverlap ? (
        <Radio.Group label={t.rotateWhen} value={hours} onChange={setHours}>
          <Stack gap={6} mt={6}>
            {choices.map(([value, label]) => (
              <Radio key={value} value={value} label={value === USUAL ? `${label} (${t.usual})` : label} />
            ))}
          </Stack>
        </Radio.Group>
      ) : (
        <Note tone="warn">{t.rotateOnlyNow(service.label)}</Note>
      )}
      <Group gap={4}>
        <Text size="sm" fw={600}>
          {t.rotateSteps}
        </Text>
        <ol className={classes.steps}>
          {steps.map((step) => (
            <Text component="li" size="sm" key={step}>
              {step}
            </Text>
          ))}
        </ol>
      </Group>
    </FormDialog>
  );
}
