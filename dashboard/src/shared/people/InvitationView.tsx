import { Button, Code, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Send } from 'lucide-react';

import { api, sent } from '~/api/client';
import { refresh } from '~/api/query';
import type { User } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { SecretOnce } from '~/shared/SecretOnce';
import { State, type Tone } from '~/shared/State';
import { tellDone } from '~/shared/toasts';

import { type InvitationMail, linkHolds, mailOf } from './invitation';
import classes from './people.module.css';
import { texts } from './texts';

const TONES: Record<InvitationMail, Tone> = { queued: 'warn', sending: 'warn', sent: 'good', failed: 'bad', none: 'quiet' };

/** The invitation of somebody who has not registered: what became of the mail, until when its link holds, another try. */
export function InvitationView({ person }: { person: User }) {
  const t = useTexts(texts);
  const format = useFormat();
  const client = useQueryClient();
  const resend = useMutation({
    mutationFn: () =>
      sent(api.POST('/api/v1/users/{user_id}/invitation', { params: { path: { user_id: person.id } } })),
    onSuccess: ({ link }) => {
      if (link === undefined) tellDone(t.resent);
      void refresh(client, '/api/v1/users');
    },
  });
  const link = resend.data?.link ?? person.link;
  if (link !== undefined) return <SecretOnce about={t.linkAbout} label={t.linkLabel} value={link} />;
  const mail = mailOf(person);
  const words = { queued: t.mailQueued, sending: t.mailSending, sent: t.mailSent, failed: t.mailFailed, none: t.mailNone };
  const { answer = '', expires_at = null } = person.invitation ?? {};
  return (
    <Stack gap="xs" role="status">
      <State tone={TONES[mail]}>{words[mail]}</State>
      {answer && mail !== 'sent' && (
        <div>
          <Text size="sm">{t.answer}</Text>
          <Code block className={classes.answer}>
            {answer}
          </Code>
        </div>
      )}
      <Text size="sm" c="dimmed">
        {linkHolds(person) && expires_at !== null ? t.until(format.moment(expires_at)) : t.over}
      </Text>
      <Group>
        <Button
          variant="default"
          size="xs"
          leftSection={<Send size={14} aria-hidden />}
          loading={resend.isPending}
          onClick={() => resend.mutate()}
        >
          {t.renew}
        </Button>
      </Group>
    </Stack>
  );
}
