import { Anchor, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';

import { BASE } from '~/api/client';
import type { NewServiceToken } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { CopyBlock } from '~/shared/CopyBlock';
import { paths } from '~/shared/paths';
import { SecretOnce } from '~/shared/SecretOnce';

import { texts } from './texts';

/** The environment that a service of its own is started with. */
export function ServiceTokenMade({ token, onClose }: { token: NewServiceToken; onClose: () => void }) {
  const t = useTexts(texts);
  const environment = `PHONEBOOK_SERVER_URL=${window.location.origin}${BASE}\nPHONEBOOK_SERVICE_TOKEN=${token.token}`;
  return (
    <Modal
      opened
      onClose={onClose}
      title={t.madeTitle(token.slug)}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
      size="lg"
    >
      <Stack>
        <SecretOnce
          about={t.made}
          label={t.environment}
          value={environment}
        >
          <Stack gap={4}>
            <Text size="sm" fw={600}>
              {t.start}
            </Text>
            <CopyBlock label={t.start} text={`phonebook-${token.slug}`} />
          </Stack>
          <Text size="sm">{t.further(token.slug)}</Text>
          <Text size="sm">
            {t.live}{' '}
            <Anchor component={Link} to={paths.installation('services')} size="sm" underline="always">
              {t.toServices}
            </Anchor>
          </Text>
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
