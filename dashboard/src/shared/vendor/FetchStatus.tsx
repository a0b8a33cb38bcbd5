import { Anchor, Group, Loader, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { CircleCheck, TriangleAlert } from 'lucide-react';

import type { Dispatch } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { Ago } from '~/shared/Moment';
import { paths } from '~/shared/paths';

import type { Fetches } from './fetches';
import { phoneName } from './phones';
import { texts } from './texts';
import classes from './vendor.module.css';

/** Whether a phone has fetched the phonebook: waiting, refused, or done. It changes by itself. */
export function FetchStatus({ phonebookId, fetches }: { phonebookId: string; fetches: Fetches }) {
  const t = useTexts(texts);
  const { success, failure } = fetches;
  const name = (dispatch: Dispatch) => phoneName(dispatch.phone, t.aPhone);
  return (
    <Stack gap="xs" role="status" className={classes.fetch} data-state={success ? 'done' : failure ? 'failed' : 'waiting'}>
      {success ? (
        <Group gap="sm" wrap="nowrap" align="flex-start">
          <CircleCheck size={24} className={classes.done} aria-hidden />
          <div>
            <Text fw={600}>{t.fetched(name(success))}</Text>
            <Text size="sm" c="dimmed">
              <Ago at={success.time} />
            </Text>
          </div>
        </Group>
      ) : (
        <Group gap="sm" wrap="nowrap" align="flex-start">
          <Loader size={22} type="dots" aria-hidden className={classes.waiting} />
          <div>
            <Text fw={600}>{t.waitingTitle}</Text>
            <Text size="sm" c="dimmed">
              {t.waiting}
            </Text>
          </div>
        </Group>
      )}
      {failure && (
        <Group gap="sm" wrap="nowrap" align="flex-start">
          <TriangleAlert size={22} className={classes.failed} aria-hidden />
          <div>
            <Text fw={600}>{t.refusedNamed(name(failure))}</Text>
            <Text size="sm">{refusal(failure, t)}</Text>
            <Anchor component={Link} to={paths.phonebook(phonebookId, 'phones')} size="sm" underline="always">
              {t.more}
            </Anchor>
          </div>
        </Group>
      )}
    </Stack>
  );
}

/** Why a request got nothing, and what to do. */
function refusal({ status, auth }: Dispatch, t: (typeof texts)['en']): string {
  if (auth === 'none') return t.refusedNone;
  if (auth === 'former') return t.refusedFormer;
  if (status === 401 || status === 403) return t.refusedWrong;
  if (status === 404) return t.refusedPath;
  if (status === 429) return t.refusedOften;
  return t.refusedBusy;
}
