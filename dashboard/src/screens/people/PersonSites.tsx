import { ActionIcon, Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { Plus, UserMinus } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';

import { useAccount } from '~/api/account';
import type { Role, User } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { paths } from '~/shared/paths';
import { nameOf } from '~/shared/people/invitation';
import { useRoles } from '~/shared/people/roles';
import { RoleSelect } from '~/shared/people/RoleSelect';
import { texts as words } from '~/shared/people/texts';
import { useMembership } from '~/shared/people/useMembership';
import { ProblemBox } from '~/shared/problems/ProblemBox';
import { tellDone } from '~/shared/toasts';

import classes from './people.module.css';
import { texts } from './texts';

const ConfirmDialog = lazy(() => import('~/shared/ConfirmDialog'));
const AddToSiteDialog = lazy(() => import('./AddToSiteDialog'));

type PersonSite = User['sites'][number];

/** The roles of somebody, site by site. They change at once. */
export function PersonSites({ person }: { person: User }) {
  const t = useTexts(texts);
  const w = useTexts(words);
  const roles = useRoles();
  const { id: own, is_admin } = useAccount();
  const navigate = useNavigate();
  const { give, take } = useMembership();
  const [leaving, setLeaving] = useState<PersonSite | null>(null);
  const [isAdding, setAdding] = useState(false);
  const who = nameOf(person);
  const wished = give.isPending ? give.variables : null;
  // Giving up one's own rights is for the page of the site, which warns of what that means.
  const canChange = is_admin || person.id !== own;
  const change = ({ site, name }: PersonSite, role: Role) =>
    give.mutate(
      { site, user: person.id, role },
      { onSuccess: () => tellDone(t.roleChanged(who, roles[role].name, name)) },
    );
  return (
    <Stack gap="sm">
      {person.sites.length === 0 && (
        <Text size="sm" c="dimmed">
          {person.is_admin ? t.rolesNoneAdmin : t.rolesNone}
        </Text>
      )}
      {person.sites.length > 0 && person.is_admin && (
        <Text size="sm" c="dimmed">
          {t.rolesOfAdmin}
        </Text>
      )}
      {person.sites.map((membership) => (
        <Group key={membership.site} wrap="nowrap" gap="xs">
          <Anchor component={Link} to={paths.site(membership.site, 'members')} size="sm" flex={1} miw={0} className={classes.breaking}>
            {membership.name}
          </Anchor>
          {canChange ? (
            <>
              <RoleSelect
                w={130}
                aria-label={w.roleIn(membership.name)}
                value={wished?.site === membership.site ? wished.role : membership.role}
                disabled={give.isPending}
                onChange={(role) => change(membership, role)}
              />
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t.removeFrom(membership.name)}
                onClick={() => {
                  take.reset();
                  setLeaving(membership);
                }}
              >
                <UserMinus size={17} aria-hidden />
              </ActionIcon>
            </>
          ) : (
            <Text size="sm">{roles[membership.role].name}</Text>
          )}
        </Group>
      ))}
      {give.error && <ProblemBox error={give.error} />}
      {is_admin && person.status !== 'disabled' && (
        <Group>
          <Button variant="default" size="xs" leftSection={<Plus size={14} aria-hidden />} onClick={() => setAdding(true)}>
            {t.add}
          </Button>
        </Group>
      )}
      <Suspense>
        {leaving && (
          <ConfirmDialog
            title={t.removeFromTitle(who, leaving.name)}
            confirm={t.remove}
            isBusy={take.isPending}
            problem={take.error}
            onClose={() => setLeaving(null)}
            onConfirm={() =>
              take.mutate(
                { site: leaving.site, user: person.id },
                {
                  onSuccess: () => {
                    tellDone(t.removedFrom(who, leaving.name));
                    setLeaving(null);
                    // Managers see nobody who is in none of their sites.
                    if (!is_admin && person.sites.length === 1) void navigate({ to: paths.people });
                  },
                },
              )
            }
          >
            {t.removeFromAbout}
          </ConfirmDialog>
        )}
        {isAdding && <AddToSiteDialog person={person} onClose={() => setAdding(false)} />}
      </Suspense>
    </Stack>
  );
}
