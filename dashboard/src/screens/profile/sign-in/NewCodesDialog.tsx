import { Text } from '@mantine/core';

import { api, sent } from '~/api/client';
import { useTexts } from '~/i18n/texts';
import { FormDialog } from '~/shared/FormDialog';

import { CodesShown } from './CodesShown';
import { ProofFields } from './ProofFields';
import { texts } from './texts';
import { useProof } from './useProof';

/** Ten new recovery codes in place of the old ones. */
export default function NewCodesDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts(texts);
  const { form, problem, isBusy, submit, data } = useProof((body) =>
    sent(api.POST('/api/v1/me/recovery-codes', { body })),
  );
  if (data) return <CodesShown codes={data.recovery_codes} onClose={onClose} />;
  return (
    <FormDialog
      opened
      title={t.codesNew}
      submit={t.codesNew}
      onClose={onClose}
      onSubmit={submit}
      isBusy={isBusy}
      problem={problem}
    >
      <Text size="sm">{t.codesNewAbout}</Text>
      <ProofFields form={form} />
    </FormDialog>
  );
}
