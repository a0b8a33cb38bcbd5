import { Stack, Switch } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';

import { api, sent } from '~/api/client';
import { apiQuery, useApi } from '~/api/query';
import type { Notifications } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { Loaded } from '~/shared/Loaded';

import { Section } from '../Section';
import { texts as frame } from '../texts';
import { texts } from './texts';

const ALL = [
  'site_assigned',
  'phonebook_added',
  'service_needs_setup',
  'import_finished',
  'new_device',
] as const satisfies readonly (keyof Notifications)[];

const QUERY = apiQuery('/api/v1/me/notifications');

/** Which mails one wants. Each switch holds at once. */
export default function NotificationsPart() {
  const t = useTexts(texts);
  const f = useTexts(frame);
  const client = useQueryClient();
  const query = useApi('/api/v1/me/notifications');
  const { mutate } = useMutation({
    mutationFn: (body: Partial<Notifications>) => sent(api.PUT('/api/v1/me/notifications', { body })),
    onMutate: async (body) => {
      await client.cancelQueries(QUERY);
      client.setQueryData(QUERY.queryKey, (before) => before && { ...before, ...body });
    },
    onSettled: () => client.invalidateQueries(QUERY),
  });
  return (
    <Section title={f.notifications} about={t.notificationsAbout}>
      <Loaded query={query}>
        {(chosen) => (
          <Stack gap="md">
            {ALL.map((kind) => (
              <Switch
                key={kind}
                label={t[kind]}
                checked={chosen[kind]}
                onChange={({ currentTarget }) => mutate({ [kind]: currentTarget.checked })}
              />
            ))}
          </Stack>
        )}
      </Loaded>
    </Section>
  );
}
