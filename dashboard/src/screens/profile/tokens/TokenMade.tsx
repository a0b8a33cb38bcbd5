import { Button, Group, Modal, Stack, Text } from '@mantine/core';

import { BASE } from '~/api/client';
import type { NewApiToken } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { CopyBlock } from '~/shared/CopyBlock';
import { SecretOnce } from '~/shared/SecretOnce';
import { texts as words } from '~/shared/tokens/texts';

import { texts } from './texts';

/** The secret of a token that was just made or renewed, and a line to try it with. */
export function TokenMade({ token, onClose }: { token: NewApiToken; onClose: () => void }) {
  const t = useTexts(texts);
  const w = useTexts(words);
  const line = `curl -H 'Authorization: Bearer ${token.token}' ${window.location.origin}${BASE}/api/v1/me`;
  return (
    <Modal
      opened
      onClose={onClose}
      title={t.tokenMadeTitle}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
      size="lg"
    >
      <Stack>
        <SecretOnce about={t.tokenMade} label={`${w.token}: ${token.name}`} value={token.token}>
          <Stack gap={4}>
            <Text size="sm" fw={600}>
              {t.tokenTry}
            </Text>
            <CopyBlock label={t.tokenTry} text={line} />
          </Stack>
        </SecretOnce>
        <Group justify="flex-end">
          <Button onClick={onClose} data-autofocus>
            {t.done}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
