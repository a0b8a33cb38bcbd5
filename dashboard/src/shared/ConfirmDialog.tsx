import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import { useTexts } from '~/i18n/texts';

import { ProblemBox } from './problems/ProblemBox';
import { texts } from './texts';

interface Props {
  title: string;
  /** What will happen, to whom, and whether it can be taken back. */
  children: ReactNode;
  /** The word on the button: what it does. */
  confirm: string;
  onConfirm: () => void;
  onClose: () => void;
  isBusy: boolean;
  problem?: unknown;
}

/** Asked before what cannot simply be undone. It is there as long as it is open. */
export default function ConfirmDialog({ title, children, confirm, onConfirm, onClose, isBusy, problem }: Props) {
  const t = useTexts(texts);
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t.close }}>
      <Stack>
        <Text size="sm" component="div">
          {children}
        </Text>
        {problem !== undefined && problem !== null && <ProblemBox error={problem} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t.cancel}
          </Button>
          <Button color="red.8" loading={isBusy} onClick={onConfirm}>
            {confirm}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
