import { Button, Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Pencil } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';

import { useAccount } from '~/api/account';
import { useApi } from '~/api/query';
import type { User } from '~/api/types';
import { isLanguage, LANGUAGE_NAMES } from '~/i18n/language';
import { useTexts } from '~/i18n/texts';
import { Ago, Moment } from '~/shared/Moment';
import { paths } from '~/shared/paths';
import { texts as words } from '~/shared/people/texts';
import { texts as common } from '~/shared/texts';

import classes from './people.module.css';
import { texts } from './texts';

const PersonDialog = lazy(() => import('./PersonDialog'));

/** Who somebody is. */
export function PersonDetails({ person }: { person: User }) {
  const t = useTexts(texts);
  const w = useTexts(words);
  const c = useTexts(common);
  const { is_admin } = useAccount();
  const [isEditing, setEditing] = useState(false);
  return (
    <>
      <dl className={classes.facts}>
        <dt>{w.email}</dt>
        <dd>{person.email}</dd>
        <dt>{c.name}</dt>
        <dd>{person.name || '–'}</dd>
        <dt>{t.language}</dt>
        <dd>{isLanguage(person.language) ? LANGUAGE_NAMES[person.language] : person.language}</dd>
        {!is_admin && (
          <>
            <dt>{t.secondFactor}</dt>
            <dd>{person.second_factor ? t.secondFactorOn : t.secondFactorOff}</dd>
          </>
        )}
        <dt>{t.since}</dt>
        <dd>
          <Moment at={person.created_at} />
        </dd>
        {is_admin && person.status !== 'invited' && <LastSignIn email={person.email} />}
      </dl>
      {is_admin && (
        <Group mt="md" gap="xs">
          <Button variant="default" size="xs" leftSection={<Pencil size={14} aria-hidden />} onClick={() => setEditing(true)}>
            {t.edit}
          </Button>
          <Button
            component={Link}
            to={paths.installation('activity')}
            search={{ actor: person.email } as never}
            variant="subtle"
            size="xs"
          >
            {t.activity}
          </Button>
        </Group>
      )}
      {isEditing && (
        <Suspense>
          <PersonDialog person={person} onClose={() => setEditing(false)} />
        </Suspense>
      )}
    </>
  );
}

/** When somebody last signed in, by the record of what was done. */
function LastSignIn({ email }: { email: string }) {
  const t = useTexts(texts);
  const { data } = useApi('/api/v1/activity', { query: { actor: email, action: 'session.began', limit: 1 } });
  const last = data?.items[0];
  return (
    <>
      <dt>{t.lastSignIn}</dt>
      <dd>
        {data === undefined ? '…' : last === undefined ? t.neverSignedIn : <Ago at={last.at} />}
        {last !== undefined && last.detail !== '' && (
          <Text span size="sm" c="dimmed">
            {` · ${last.detail}`}
          </Text>
        )}
      </dd>
    </>
  );
}
