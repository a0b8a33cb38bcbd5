import { Button, Group, Modal, Stack } from '@mantine/core';
import type { ReactNode } from 'react';

import { useTexts } from '~/i18n/texts';

import { ProblemBox } from './problems/ProblemBox';
import { texts } from './texts';

interface Props {
  title: string;
  opened: boolean;
  onClose: () => void;
  onSubmit: () => void;
  /** The word on the button: what it does. */
  submit: string;
  isBusy?: boolean;
  /** What went wrong and has no field of its own. */
  problem?: unknown;
  children: ReactNode;
}

/** A small form over the page. Enter sends it, Escape closes it. */
export function FormDialog({ title, opened, onClose, onSubmit, submit, isBusy = false, problem, children }: Props) {
  const t = useTexts(texts);
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t.close }}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        <Stack>
          {children}
          {problem !== undefined && problem !== null && <ProblemBox error={problem} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t.cancel}
            </Button>
            <Button type="submit" loading={isBusy}>
              {submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
