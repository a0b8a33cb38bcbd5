import { Box, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useState } from 'react';

import { refresh } from '~/api/query';
import type { User } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { paths } from '~/shared/paths';
import { nameOf } from '~/shared/people/invitation';
import { ProblemBox } from '~/shared/problems/ProblemBox';
import { tellDone } from '~/shared/toasts';

import classes from './people.module.css';
import { texts } from './texts';
import { usePersonActions } from './usePersonActions';

const ConfirmDialog = lazy(() => import('~/shared/ConfirmDialog'));

type Asked = 'admin' | 'factor' | 'remove';

/** What administrators decide about somebody: everything, nothing, how they sign in. */
export function PersonAccess({ person }: { person: User }) {
  const t = useTexts(texts);
  const client = useQueryClient();
  const navigate = useNavigate();
  const { makeAdmin, disable, takeFactor, remove } = usePersonActions(person);
  const [asked, ask] = useState<Asked | null>(null);
  const who = nameOf(person);
  const isDisabled = person.status === 'disabled';
  const close = () => ask(null);
  const done = (text: string) => () => {
    close();
    tellDone(text);
  };
  const onRemoved = () => {
    tellDone(t.removed(who));
    void navigate({ to: paths.people }).then(() => refresh(client, '/api/v1/'));
  };
  return (
    <Stack gap={0}>
      <Part
        title={t.adminTitle}
        about={t.adminAbout}
        error={asked === null ? makeAdmin.error : null}
        action={
          person.is_admin ? (
            <Button
              variant="default"
              size="xs"
              loading={makeAdmin.isPending}
              onClick={() => makeAdmin.mutate(false, { onSuccess: done(t.adminOff(who)) })}
            >
              {t.adminTake}
            </Button>
          ) : (
            <Button variant="default" size="xs" onClick={() => ask('admin')}>
              {t.adminAskSubmit}
            </Button>
          )
        }
      />
      <Part
        title={t.secondTitle}
        about={person.second_factor ? t.secondOnAbout : t.secondOffAbout}
        action={
          person.second_factor && (
            <Button
              variant="default"
              size="xs"
              aria-label={`${t.secondTitle}: ${t.takeOff}`}
              onClick={() => ask('factor')}
            >
              {t.takeOff}
            </Button>
          )
        }
      />
      <Part
        title={t.disableTitle}
        about={isDisabled ? t.enabledAbout : t.disableAbout}
        error={disable.error}
        action={
          <Button
            variant="default"
            size="xs"
            loading={disable.isPending}
            onClick={() =>
              disable.mutate(!isDisabled, {
                onSuccess: done(isDisabled ? t.enabledDone(who) : t.disabledDone(who)),
              })
            }
          >
            {isDisabled ? t.enable : t.disable}
          </Button>
        }
      />
      <Part
        title={t.removeTitle}
        about={person.status === 'active' ? t.removeFirst : t.removeAbout}
        action={
          person.status !== 'active' && (
            <Button variant="outline" color="var(--app-bad)" size="xs" onClick={() => ask('remove')}>
              {t.removePerson}
            </Button>
          )
        }
      />
      <Suspense>
        {asked === 'admin' && (
          <ConfirmDialog
            title={t.adminAskTitle(who)}
            confirm={t.adminAskSubmit}
            isBusy={makeAdmin.isPending}
            problem={makeAdmin.error}
            onClose={close}
            onConfirm={() => makeAdmin.mutate(true, { onSuccess: done(t.adminOn(who)) })}
          >
            {t.adminAskAbout}
          </ConfirmDialog>
        )}
        {asked === 'factor' && (
          <ConfirmDialog
            title={t.takeOffTitle(who)}
            confirm={t.takeOff}
            isBusy={takeFactor.isPending}
            problem={takeFactor.error}
            onClose={close}
            onConfirm={() => takeFactor.mutate(undefined, { onSuccess: done(t.tookOff) })}
          >
            {t.takeOffAbout}
          </ConfirmDialog>
        )}
        {asked === 'remove' && (
          <ConfirmDialog
            title={t.removeAskTitle(who)}
            confirm={t.removePerson}
            isBusy={remove.isPending}
            problem={remove.error}
            onClose={close}
            onConfirm={() => remove.mutate(undefined, { onSuccess: onRemoved })}
          >
            {t.removeAbout}
          </ConfirmDialog>
        )}
      </Suspense>
    </Stack>
  );
}

interface PartProps {
  title: string;
  about: string;
  action: ReactNode;
  error?: unknown;
}

function Part({ title, about, action, error }: PartProps) {
  return (
    <div className={classes.part}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <div className={classes.about}>
          <Title order={3}>{title}</Title>
          <Text size="sm" c="dimmed">
            {about}
          </Text>
        </div>
        {action}
      </Group>
      {error !== undefined && error !== null && (
        <Box mt="xs">
          <ProblemBox error={error} />
        </Box>
      )}
    </div>
  );
}
