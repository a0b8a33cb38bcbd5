import { Alert, Button, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Unlink } from 'lucide-react';
import type { ReactNode } from 'react';

import { api } from '~/api/client';
import type { ApiProblem } from '~/api/problem';
import { useLanguage } from '~/i18n/language';
import { useTexts } from '~/i18n/texts';
import { ProblemBox } from '~/shared/problems/ProblemBox';
import { sentenceOf } from '~/shared/problems/sentences';

import { texts } from './texts';

/** The link was used or is too old: why, and the way to a new one. */
export function LinkVoid({ problem, children }: { problem: ApiProblem; children: ReactNode }) {
  const t = useTexts(texts);
  const { language } = useLanguage();
  return (
    <Alert role="alert" color="orange" title={t.voidTitle} icon={<Unlink size={20} aria-hidden />}>
      <Stack align="flex-start" gap="sm">
        <Text size="sm">{sentenceOf(problem, language)}</Text>
        {children}
      </Stack>
    </Alert>
  );
}

/** Part of the address is missing: what was copied ended at the `#`. */
export function LinkIncomplete() {
  const t = useTexts(texts);
  return (
    <Alert role="alert" color="orange" title={t.incompleteTitle} icon={<Unlink size={20} aria-hidden />}>
      {t.incomplete}
    </Alert>
  );
}

/** Has a new registration link sent to the address that was invited. */
export function RenewRegistration({ token }: { token: string }) {
  const t = useTexts(texts);
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: () => api.POST('/api/v1/registration/renewal', { body: { token } }),
    meta: { inPlace: true },
  });
  if (isSuccess) return <Text role="status">{t.newLinkSent}</Text>;
  return (
    <>
      {error && <ProblemBox error={error} />}
      <Button onClick={() => mutate()} loading={isPending}>
        {t.newLink}
      </Button>
    </>
  );
}
