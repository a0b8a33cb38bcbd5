import { Button, Group, Modal, Stack, Text } from '@mantine/core';

import { useApi } from '~/api/query';
import type { User } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { texts as common } from '~/shared/texts';

import { InvitationView } from './InvitationView';
import { nameOf } from './invitation';
import { texts } from './texts';

interface Props {
  /** What the server answered; the link is only there. */
  invited: User;
  /** The word on the button for one more. */
  another: string;
  onAnother: () => void;
  onClose: () => void;
}

/** What became of an invitation: the mail on its way, followed live; or the link to hand over; or nothing more to do. */
export function InviteResult({ invited, another, onAnother, onClose }: Props) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const { data } = useApi('/api/v1/users/{user_id}', { path: { user_id: invited.id } });
  const person: User = { ...(data ?? invited), link: invited.link };
  const isNew = person.invitation !== null;
  const who = nameOf(person);
  return (
    <Modal
      opened
      onClose={onClose}
      title={isNew ? t.doneTitle(who) : t.joinedTitle(who)}
      closeButtonProps={{ 'aria-label': c.close }}
    >
      <Stack>
        {isNew ? <InvitationView person={person} /> : <Text size="sm">{t.joined}</Text>}
        <Group justify="flex-end">
          <Button variant="default" onClick={onAnother}>
            {another}
          </Button>
          <Button onClick={onClose} data-autofocus>
            {t.done}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
