import { Alert, Stack, Text } from '@mantine/core';
import { CircleAlert, CircleCheck, TriangleAlert } from 'lucide-react';

import type { Configuration } from '~/api/types';
import { useTexts } from '~/i18n/texts';

import { Marked } from './Marked';
import { texts } from './texts';

const LOOKS = {
  fail: { color: 'red', icon: CircleAlert },
  warn: { color: 'orange', icon: TriangleAlert },
} as const;

/** What is probably wrong, the worst first; then what is not. */
export function Findings({ findings }: Pick<Configuration, 'findings'>) {
  const t = useTexts(texts);
  const troubles = (['fail', 'warn'] as const).flatMap((result) =>
    findings.filter((finding) => finding.result === result).map((finding) => ({ ...finding, result })),
  );
  const well = findings.filter(({ result }) => result === 'ok').map(({ check }) => check);
  return (
    <Stack gap="xs">
      {troubles.map(({ check, result, message }) => {
        const { color, icon: Icon } = LOOKS[result];
        return (
          <Alert key={check} color={color} icon={<Icon size={20} aria-hidden />} title={`${t[result]}: ${check}`}>
            <Marked text={message} />
          </Alert>
        );
      })}
      {troubles.length === 0 ? (
        <Alert color="teal" icon={<CircleCheck size={20} aria-hidden />}>
          {t.allWell}
        </Alert>
      ) : (
        well.length > 0 && (
          <Text size="sm" c="dimmed">
            {t.wellCount(well.join(', '))}
          </Text>
        )
      )}
    </Stack>
  );
}
