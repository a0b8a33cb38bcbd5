import { Code, Group, Modal, Stack, Text } from '@mantine/core';

import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { CopyButton } from '~/shared/CopyButton';
import { texts as common } from '~/shared/texts';

import { texts } from './texts';

interface Props {
  /** Whom the mail is for. */
  to: string;
  link: { url: string; expires_at: string };
  onClose: () => void;
}

/** The link of a mail that did not leave, to be passed on by hand. */
export default function LinkDialog({ to, link, onClose }: Props) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const format = useFormat();
  return (
    <Modal opened onClose={onClose} title={t.linkTitle} closeButtonProps={{ 'aria-label': c.close }}>
      <Stack gap="sm">
        <Text size="sm">{t.linkAbout(to)}</Text>
        <Group wrap="nowrap" gap="xs">
          <Code block flex={1}>
            {link.url}
          </Code>
          <CopyButton value={link.url} label={t.linkTitle} />
        </Group>
        <Text size="sm" c="dimmed">
          {t.linkUntil(format.moment(link.expires_at))}
        </Text>
      </Stack>
    </Modal>
  );
}
