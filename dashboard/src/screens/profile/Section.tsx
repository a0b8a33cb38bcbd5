import { Card, Group, Text, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';

import classes from './profile.module.css';

interface Props {
  title: string;
  about?: ReactNode;
  /** What can be done, at the right of the title. */
  action?: ReactNode;
  children?: ReactNode;
}

/** A card of the profile: a title, a sentence, what can be done. */
export function Section({ title, about, action, children }: Props) {
  const id = useId();
  return (
    <Card withBorder component="section" aria-labelledby={id} padding="lg">
      <Group justify="space-between" align="flex-start" gap="sm">
        <div className={classes.grow}>
          <Title order={2} id={id}>
            {title}
          </Title>
          {about !== undefined && (
            <Text size="sm" c="dimmed" component="div">
              {about}
            </Text>
          )}
        </div>
        {action}
      </Group>
      {children !== undefined && <Card.Section inheritPadding pt="md" pb="lg">{children}</Card.Section>}
    </Card>
  );
}
