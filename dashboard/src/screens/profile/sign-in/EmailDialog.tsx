import { Alert, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { MailCheck } from 'lucide-react';
import { useState } from 'react';

import { api, sent } from '~/api/client';
import type { ApiProblem } from '~/api/problem';
import { useTexts } from '~/i18n/texts';
import { FormDialog } from '~/shared/FormDialog';
import { isAddress } from '~/shared/people/invitation';
import { texts as words } from '~/shared/people/texts';
import { PasswordField } from '~/shared/PasswordField';
import { useFieldProblems } from '~/shared/problems/fields';
import { texts as common } from '~/shared/texts';

import { texts } from './texts';

/** Asks for a change of one's address; the link in the mail to the new one does it. */
export default function EmailDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts(texts);
  const w = useTexts(words);
  const c = useTexts(common);
  const putProblems = useFieldProblems();
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const form = useForm({
    initialValues: { email: '', password: '' },
    validate: { email: (text) => (isAddress(text) ? null : w.emailMissing) },
  });
  const { mutate, isPending, isSuccess, variables } = useMutation({
    mutationFn: (body: typeof form.values) => sent(api.POST('/api/v1/me/email', { body })),
    meta: { inPlace: true },
    onMutate: () => setProblem(null),
    onError: (error) => setProblem(putProblems(form, error)),
  });
  if (isSuccess) {
    return (
      <Modal opened onClose={onClose} title={t.emailChange} closeButtonProps={{ 'aria-label': c.close }}>
        <Stack>
          <Alert color="teal" icon={<MailCheck aria-hidden size={20} />} role="status">
            {t.emailSent(variables.email)}
          </Alert>
          <Group justify="flex-end">
            <Button onClick={onClose} data-autofocus>
              {c.close}
            </Button>
          </Group>
        </Stack>
      </Modal>
    );
  }
  return (
    <FormDialog
      opened
      title={t.emailChange}
      submit={t.emailSubmit}
      onClose={onClose}
      onSubmit={form.onSubmit((values) => mutate(values))}
      isBusy={isPending}
      problem={problem}
    >
      <Text size="sm" c="dimmed">
        {t.emailHint}
      </Text>
      <TextInput
        label={t.emailNew}
        name="email"
        type="email"
        autoComplete="email"
        required
        data-autofocus
        {...form.getInputProps('email')}
      />
      <PasswordField label={t.yourPassword} autoComplete="current-password" required {...form.getInputProps('password')} />
    </FormDialog>
  );
}
