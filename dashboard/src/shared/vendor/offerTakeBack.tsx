import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';

import { closable, tellFailure } from '~/shared/toasts';

const OFFERED_MS = 12_000;

/** Says what was done, and offers to take it back by a request of one's own; for what has no `undo` in its answer. */
export function offerTakeBack(message: string, undo: string, takeBack: () => Promise<void>): void {
  const id = `${message} ${Date.now()}`;
  const onClick = () => {
    notifications.hide(id);
    takeBack().catch(tellFailure);
  };
  notifications.show({
    id,
    autoClose: OFFERED_MS,
    ...closable(),
    message: (
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <Text size="sm">{message}</Text>
        <Button size="compact-sm" variant="light" onClick={onClick}>
          {undo}
        </Button>
      </Group>
    ),
  });
}
