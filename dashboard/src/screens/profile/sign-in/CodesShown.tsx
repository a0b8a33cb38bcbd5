import { Alert, Button, CopyButton, Group, Modal, Stack } from '@mantine/core';
import { Check, Copy, Download, KeyRound, Printer } from 'lucide-react';

import { useAccount } from '~/api/account';
import { useTexts } from '~/i18n/texts';
import { downloadText } from '~/shared/downloadText';
import { printText } from '~/shared/printText';
import { texts as common } from '~/shared/texts';

import classes from '../profile.module.css';
import { texts } from './texts';

/** The recovery codes, this once. Only the button closes it, so that nobody loses them by a slip. */
export function CodesShown({ codes, onClose }: { codes: readonly string[]; onClose: () => void }) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const { email } = useAccount();
  const head = t.codesHead(email, window.location.host);
  const text = codes.join('\n');
  return (
    <Modal
      opened
      onClose={onClose}
      title={t.codesTitle}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
    >
      <Stack>
        <Alert color="orange" icon={<KeyRound aria-hidden size={20} />} role="status">
          {t.codesAbout}
        </Alert>
        <ul className={classes.codes} aria-label={t.codesLabel}>
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
        <Group gap="xs">
          <CopyButton value={text} timeout={2000}>
            {({ copied, copy }) => (
              <Button
                variant="default"
                size="xs"
                onClick={copy}
                leftSection={copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
              >
                {copied ? c.copied : c.copy}
              </Button>
            )}
          </CopyButton>
          <Button
            variant="default"
            size="xs"
            leftSection={<Download size={14} aria-hidden />}
            onClick={() => downloadText(t.codesFile, `${head}\n\n${text}\n`)}
          >
            {t.download}
          </Button>
          <Button
            variant="default"
            size="xs"
            leftSection={<Printer size={14} aria-hidden />}
            onClick={() => printText(head, text)}
          >
            {t.print}
          </Button>
        </Group>
        <Group justify="flex-end">
          <Button onClick={onClose} data-autofocus>
            {t.kept}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
