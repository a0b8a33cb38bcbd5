import { Text } from '@mantine/core';

import { api, sent } from '~/api/client';
import { useTexts } from '~/i18n/texts';
import { FormDialog } from '~/shared/FormDialog';
import { tellDone } from '~/shared/toasts';

import { ProofFields } from './ProofFields';
import { texts } from './texts';
import { useProof } from './useProof';

/** Turns the second factor off. */
export default function FactorOffDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts(texts);
  const { form, problem, isBusy, submit } = useProof(
    (body) => sent(api.DELETE('/api/v1/me/totp', { body })),
    () => {
      tellDone(t.factorIsOff);
      onClose();
    },
  );
  return (
    <FormDialog
      opened
      title={t.factorTurnOffTitle}
      submit={t.factorTurnOff}
      onClose={onClose}
      onSubmit={submit}
      isBusy={isBusy}
      problem={problem}
    >
      <Text size="sm">{t.factorTurnOffAbout}</Text>
      <ProofFields form={form} />
    </FormDialog>
  );
}
