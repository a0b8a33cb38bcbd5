import { Anchor, Badge, Box, Card, Group, Table, Text, VisuallyHidden } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { UserMinus, UserRound } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';

import { useAccount } from '~/api/account';
import { everyQuery } from '~/api/query';
import type { Member, Role, Site, User } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { paths } from '~/shared/paths';
import { nameOf } from '~/shared/people/invitation';
import { PersonState } from '~/shared/people/PersonState';
import { useRoles } from '~/shared/people/roles';
import { RoleSelect } from '~/shared/people/RoleSelect';
import { texts as words } from '~/shared/people/texts';
import { useMembership } from '~/shared/people/useMembership';
import { ProblemBox } from '~/shared/problems/ProblemBox';
import { RowMenu } from '~/shared/RowMenu';
import { texts as common } from '~/shared/texts';
import { tellDone } from '~/shared/toasts';

import classes from './members.module.css';
import { texts } from './texts';

const ConfirmDialog = lazy(() => import('~/shared/ConfirmDialog'));

/** What is asked about before it happens. */
type Asked = { kind: 'remove'; member: Member } | { kind: 'own'; member: Member; role: Role };

/** Who is a member in which role; a role changes at once. */
export function MemberTable({ site, members }: { site: Site; members: readonly Member[] }) {
  const t = useTexts(texts);
  const w = useTexts(words);
  const c = useTexts(common);
  const roles = useRoles();
  const navigate = useNavigate();
  const { id: own, is_admin } = useAccount();
  const { give, take } = useMembership();
  const [asked, ask] = useState<Asked | null>(null);
  const states = useStates();
  const change = (member: Member, role: Role) =>
    give.mutate(
      { site: site.id, user: member.user_id, role },
      {
        onSuccess: () => {
          ask(null);
          tellDone(t.changed(nameOf(member), roles[role].name));
        },
      },
    );
  const remove = (member: Member) =>
    take.mutate(
      { site: site.id, user: member.user_id },
      {
        onSuccess: () => {
          ask(null);
          tellDone(t.removed(nameOf(member), site.name));
          if (member.user_id === own && !is_admin) void navigate({ to: paths.sites });
        },
      },
    );
  const wish = (member: Member, role: Role) => {
    give.reset();
    if (member.user_id === own && !is_admin) ask({ kind: 'own', member, role });
    else change(member, role);
  };
  const wished = give.isPending ? give.variables : null;
  const roleOf = (member: Member) => (
    <RoleSelect
      aria-label={w.roleOf(nameOf(member))}
      value={wished?.user === member.user_id ? wished.role : member.role}
      disabled={wished?.user === member.user_id}
      onChange={(role) => wish(member, role)}
    />
  );
  return (
    <>
      {give.error && asked === null && <ProblemBox error={give.error} />}
      <Card withBorder padding={0}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t.member}</Table.Th>
              <Table.Th visibleFrom="sm">{t.state}</Table.Th>
              <Table.Th visibleFrom="sm">{w.role}</Table.Th>
              <Table.Th w={48}>
                <VisuallyHidden>{c.actions}</VisuallyHidden>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {members.map((member) => (
              <Table.Tr key={member.user_id}>
                <Table.Td>
                  <Group gap={6}>
                    <Anchor component={Link} to={paths.person(member.user_id)} size="sm" fw={600} className={classes.breaking}>
                      {nameOf(member)}
                    </Anchor>
                    {member.user_id === own && (
                      <Badge size="sm" variant="light" tt="none">
                        {t.you}
                      </Badge>
                    )}
                  </Group>
                  {member.name && (
                    <Text size="sm" c="dimmed" className={classes.breaking}>
                      {member.email}
                    </Text>
                  )}
                  <Text component="div" hiddenFrom="sm" mt={4}>
                    <PersonState person={states.get(member.user_id) ?? ACTIVE} />
                    <Box mt={6}>{roleOf(member)}</Box>
                  </Text>
                </Table.Td>
                <Table.Td visibleFrom="sm">
                  <PersonState person={states.get(member.user_id) ?? ACTIVE} />
                </Table.Td>
                <Table.Td visibleFrom="sm" className={classes.role}>
                  {roleOf(member)}
                </Table.Td>
                <Table.Td>
                  <RowMenu
                    of={nameOf(member)}
                    actions={[
                      { label: t.open, icon: UserRound, onClick: () => void navigate({ to: paths.person(member.user_id) }) },
                      {
                        label: t.remove,
                        icon: UserMinus,
                        isDestructive: true,
                        onClick: () => {
                          take.reset();
                          ask({ kind: 'remove', member });
                        },
                      },
                    ]}
                  />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Card>
      <Suspense>
        {asked?.kind === 'remove' && (
          <ConfirmDialog
            title={t.removeTitle(nameOf(asked.member), site.name)}
            confirm={t.removeSubmit}
            isBusy={take.isPending}
            problem={take.error}
            onClose={() => ask(null)}
            onConfirm={() => remove(asked.member)}
          >
            {asked.member.user_id === own && !is_admin ? t.removeYourself : t.removeAbout}
          </ConfirmDialog>
        )}
        {asked?.kind === 'own' && (
          <ConfirmDialog
            title={t.ownTitle}
            confirm={t.ownSubmit}
            isBusy={give.isPending}
            problem={give.error}
            onClose={() => ask(null)}
            onConfirm={() => change(asked.member, asked.role)}
          >
            {t.ownAbout}
          </ConfirmDialog>
        )}
      </Suspense>
    </>
  );
}

type Standing = Pick<User, 'status' | 'invitation'>;
const ACTIVE: Standing = { status: 'active', invitation: null };

/** Those who cannot sign in, by id; the list of members does not tell. */
function useStates(): ReadonlyMap<string, Standing> {
  const invited = useQuery(everyQuery('/api/v1/users', { query: { status: 'invited' } }));
  const disabled = useQuery(everyQuery('/api/v1/users', { query: { status: 'disabled' } }));
  return new Map([...(invited.data ?? []), ...(disabled.data ?? [])].map((person) => [person.id, person]));
}
