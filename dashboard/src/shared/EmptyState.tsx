import { Group, Stack, Text, Title } from '@mantine/core';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

import classes from './shared.module.css';

interface Props {
  icon: LucideIcon;
  title: string;
  /** What belongs here and why one would want it. */
  children?: ReactNode;
  /** Buttons for the next step. */
  actions?: ReactNode;
}

/** What stands where there is nothing yet. */
export function EmptyState({ icon: Icon, title, children, actions }: Props) {
  return (
    <Stack align="center" gap="xs" className={classes.empty}>
      <Icon size={36} strokeWidth={1.4} aria-hidden className={classes.quiet} />
      <Title order={2}>{title}</Title>
      {children !== undefined && (
        <Text c="dimmed" maw={460} component="div">
          {children}
        </Text>
      )}
      {actions !== undefined && (
        <Group mt="xs" justify="center">
          {actions}
        </Group>
      )}
    </Stack>
  );
}
