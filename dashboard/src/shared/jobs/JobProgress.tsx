import { Button, Group, Progress, Stack, Text } from '@mantine/core';

import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';

import classes from '../contacts/contacts.module.css';
import { texts } from '../contacts/texts';
import { texts as common } from '../texts';
import type { FollowedJob } from './useJob';

/** How far a job is, with a way to stop it. */
export function JobProgress({ title, followed }: { title: string; followed: FollowedJob }) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const format = useFormat();
  const { job, cancel, isCancelling } = followed;
  const done = job?.done ?? 0;
  const of = job?.of ?? 0;
  return (
    <Stack gap="xs">
      <Group justify="space-between" gap="xs">
        <Text fw={600}>{title}</Text>
        <Text size="sm" c="dimmed" role="status" className={classes.progress}>
          {isCancelling ? t.cancelling : done > 0 ? t.jobOf(format.number(done), format.number(of)) : t.jobWaiting}
        </Text>
      </Group>
      <Progress value={of > 0 ? (100 * done) / of : 0} animated aria-label={t.job} size="lg" />
      <Group justify="flex-end">
        <Button variant="default" size="xs" onClick={cancel} loading={isCancelling}>
          {c.cancel}
        </Button>
      </Group>
    </Stack>
  );
}
