import { Alert, Stack, Text } from '@mantine/core';
import { KeyRound } from 'lucide-react';
import type { ReactNode } from 'react';

import { CopyBlock } from './CopyBlock';

interface Props {
  /** What it is, and that it is shown this once. */
  about: ReactNode;
  label: string;
  value: string;
  children?: ReactNode;
}

/** A secret, or a link that is as good as one, at the only moment at which it can be seen. */
export function SecretOnce({ about, label, value, children }: Props) {
  return (
    <Stack gap="sm">
      <Alert color="orange" icon={<KeyRound aria-hidden size={20} />} role="status">
        {about}
      </Alert>
      <Stack gap={4}>
        <Text size="sm" fw={600}>
          {label}
        </Text>
        <CopyBlock label={label} text={value} isWrapped />
      </Stack>
      {children}
    </Stack>
  );
}
