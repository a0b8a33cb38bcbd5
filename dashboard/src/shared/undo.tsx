import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';

import { postTo } from '~/api/client';
import { useTexts } from '~/i18n/texts';

import { texts } from './texts';
import { closable, tellDone, tellFailure } from './toasts';

/** How long an undo is offered; it is longer while the pointer or the keyboard is on it. */
const OFFERED_MS = 12_000;

/** What an answer names to be undone by; null when nothing changed. */
interface Undoable {
  undo?: string | null;
}

/**
 * Says what was done and offers to undo it: `offerUndo('Deleted “Berlin”.', answer)`. Nothing is asked before; what can be
 * undone needs no confirmation. Everything on the screen is fetched anew after both.
 */
export function useUndo(): (message: string, answer: Undoable, after?: () => void) => void {
  const t = useTexts(texts);
  const client = useQueryClient();
  return useCallback(
    (message, { undo }, after) => {
      void client.invalidateQueries();
      if (!undo) {
        tellDone(message);
        return;
      }
      const takeBack = async () => {
        notifications.hide(undo);
        try {
          await postTo(undo);
          tellDone(t.undone);
          after?.();
        } catch (error) {
          tellFailure(error);
        }
        await client.invalidateQueries();
      };
      notifications.show({
        id: undo,
        autoClose: OFFERED_MS,
        ...closable(),
        message: (
          <Group justify="space-between" wrap="nowrap" gap="sm">
            <Text size="sm">{message}</Text>
            <Button size="compact-sm" variant="light" onClick={() => void takeBack()}>
              {t.undo}
            </Button>
          </Group>
        ),
      });
    },
    [client, t],
  );
}
