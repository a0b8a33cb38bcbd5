import { Alert, Button, Stack, Text } from '@mantine/core';
import { CircleAlert } from 'lucide-react';

import { problemOf } from '~/api/problem';
import { useLanguage } from '~/i18n/language';
import { useTexts } from '~/i18n/texts';

import { texts } from '../texts';
import { sentenceOf } from './sentences';

interface Props {
  error: unknown;
  /** Offered as a button, where another try makes sense. */
  onRetry?: () => void;
  title?: string;
}

/** What went wrong, in a sentence, and what can be done. */
export function ProblemBox({ error, onRetry, title }: Props) {
  const t = useTexts(texts);
  const { language } = useLanguage();
  const problem = problemOf(error);
  const others = problem.problems.filter(({ message }) => message !== problem.message);
  return (
    <Alert role="alert" color="red" icon={<CircleAlert aria-hidden size={20} />} title={title}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{sentenceOf(problem, language)}</Text>
        {others.map((each) => (
          <Text size="sm" key={`${each.field} ${each.message}`}>
            {sentenceOf(each, language)}
          </Text>
        ))}
        {onRetry && (
          <Button size="xs" variant="default" onClick={onRetry}>
            {t.tryAgain}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
