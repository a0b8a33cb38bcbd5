import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import type { ApiProblem } from '~/api/problem';
import { useFieldProblems } from '~/shared/problems/fields';

export interface Proof {
  password: string;
  code: string;
}

/** A form for password and code, and what is done with them. */
export function useProof<T>(send: (proof: Proof) => Promise<T>, onDone?: () => void) {
  const client = useQueryClient();
  const putProblems = useFieldProblems();
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const form = useForm<{ password: string; code: string }>({ initialValues: { password: '', code: '' } });
  const { mutate, isPending, data } = useMutation({
    mutationFn: ({ password, code }: Proof) => send({ password, code: code.trim() }),
    meta: { inPlace: true },
    onMutate: () => setProblem(null),
    onSuccess: () => {
      void client.invalidateQueries();
      onDone?.();
    },
    onError: (error) => setProblem(putProblems(form, error)),
  });
  return { form, problem, data, isBusy: isPending, submit: form.onSubmit((proof) => mutate(proof)) };
}
