import { Badge, Button, Group, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { LogOut } from 'lucide-react';

import { api, sent } from '~/api/client';
import { refresh, useApi } from '~/api/query';
import type { OpenSession } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { Loaded } from '~/shared/Loaded';
import { Ago } from '~/shared/Moment';
import { tellDone } from '~/shared/toasts';

import classes from '../profile.module.css';
import { Section } from '../Section';
import { texts } from './texts';

/** Where one is signed in, and how to end that. */
export function SessionsSection() {
  const t = useTexts(texts);
  const client = useQueryClient();
  const query = useApi('/api/v1/sessions');
  const again = () => refresh(client, '/api/v1/sessions');
  const deviceOf = ({ device }: OpenSession) => (device === 'unknown' ? t.unknownDevice : device);
  const end = useMutation({
    mutationFn: ({ id }: OpenSession) =>
      sent(api.DELETE('/api/v1/sessions/{session_id}', { params: { path: { session_id: id } } })),
    onSuccess: (_, session) => {
      tellDone(t.sessionEnded(deviceOf(session)));
      return again();
    },
  });
  const endOthers = useMutation({
    mutationFn: () => sent(api.DELETE('/api/v1/sessions')),
    onSuccess: () => {
      tellDone(t.sessionsEnded);
      return again();
    },
  });
  const hasOthers = (query.data?.items.length ?? 0) > 1;
  return (
    <Section
      title={t.sessions}
      about={query.data && !hasOthers ? t.sessionsOnly : undefined}
      action={
        hasOthers && (
          <Button variant="default" loading={endOthers.isPending} onClick={() => endOthers.mutate()}>
            {t.sessionsEndOthers}
          </Button>
        )
      }
    >
      <Loaded query={query}>
        {({ items }) => (
          <ul className={classes.list}>
            {items.map((session) => (
              <li key={session.id} className={classes.row}>
                <Group justify="space-between" gap="xs">
                  <SessionFacts session={session} device={deviceOf(session)} />
                  {!session.is_current && (
                    <Button
                      variant="subtle"
                      color="gray"
                      size="xs"
                      leftSection={<LogOut size={14} aria-hidden />}
                      aria-label={t.sessionEndOf(deviceOf(session))}
                      loading={end.isPending && end.variables.id === session.id}
                      onClick={() => end.mutate(session)}
                    >
                      {t.sessionEnd}
                    </Button>
                  )}
                </Group>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Section>
  );
}

function SessionFacts({ session, device }: { session: OpenSession; device: string }) {
  const t = useTexts(texts);
  const format = useFormat();
  return (
    <div className={classes.grow}>
      <Group gap="xs">
        <Text size="sm" fw={600}>
          {device}
        </Text>
        {session.is_current && (
          <Badge size="sm" variant="light" tt="none">
            {t.sessionHere}
          </Badge>
        )}
      </Group>
      <Text size="sm" c="dimmed">
        {t.sessionFrom(session.address)} · {t.sessionSince(format.moment(session.created_at))}
        {!session.is_current && (
          <>
            {' · '}
            {t.sessionSeen} <Ago at={session.seen_at} />
          </>
        )}
      </Text>
    </div>
  );
}
