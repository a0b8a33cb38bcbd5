import { useCallback } from 'react';

import { type ApiProblem, problemOf } from '~/api/problem';
import { useLanguage } from '~/i18n/language';

import { sentenceOf } from './sentences';

/** What a form of `@mantine/form` has that is needed here. */
interface Fields {
  getValues: () => Record<string, unknown>;
  setErrors: (errors: Record<string, string>) => void;
}

/**
 * Puts the complaints of a failed request at their fields. Gives the problem back when something of it has no field and
 * so must be shown beside the form; null when all is said.
 */
export function useFieldProblems(): (form: Fields, error: unknown) => ApiProblem | null {
  const { language } = useLanguage();
  return useCallback(
    (form, error) => {
      const problem = problemOf(error);
      const known = form.getValues();
      const errors: Record<string, string> = {};
      let rest = 0;
      for (const each of problem.problems) {
        if (!(each.field in known)) rest += 1;
        else errors[each.field] = [errors[each.field], sentenceOf(each, language)].filter(Boolean).join(' ');
      }
      form.setErrors(errors);
      return problem.problems.length === 0 || rest > 0 ? problem : null;
    },
    [language],
  );
}
