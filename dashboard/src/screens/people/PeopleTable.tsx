import { Anchor, Badge, Button, Card, Group, Table, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';

import { useAccount } from '~/api/account';
import type { User } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { paths } from '~/shared/paths';
import { nameOf } from '~/shared/people/invitation';
import { PersonState } from '~/shared/people/PersonState';
import { useRoles } from '~/shared/people/roles';
import { State } from '~/shared/State';
import { texts as common } from '~/shared/texts';

import classes from './people.module.css';
import { texts } from './texts';

/** Sites that are named in a row. */
const MOST = 3;

interface Props {
  people: readonly User[];
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}

export function PeopleTable({ people, query }: Props) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const format = useFormat();
  const { id: own } = useAccount();
  return (
    <Card withBorder padding={0}>
      <Table highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t.person}</Table.Th>
            <Table.Th visibleFrom="sm">{t.state}</Table.Th>
            <Table.Th visibleFrom="sm">{t.sites}</Table.Th>
            <Table.Th visibleFrom="lg" className={classes.whole}>{t.secondFactor}</Table.Th>
            <Table.Th visibleFrom="lg">{t.since}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {people.map((person) => (
            <Table.Tr key={person.id}>
              <Table.Td>
                <Group gap={6}>
                  <Anchor component={Link} to={paths.person(person.id)} size="sm" fw={600}>
                    {nameOf(person)}
                  </Anchor>
                  {person.id === own && (
                    <Badge size="sm" variant="light" tt="none">
                      {t.you}
                    </Badge>
                  )}
                </Group>
                {person.name && (
                  <Text size="sm" c="dimmed" className={classes.breaking}>
                    {person.email}
                  </Text>
                )}
                <Text component="div" hiddenFrom="sm" mt={4}>
                  <PersonState person={person} />
                </Text>
                <Text component="div" size="sm" hiddenFrom="sm">
                  <Roles person={person} />
                </Text>
              </Table.Td>
              <Table.Td visibleFrom="sm" className={classes.whole}>
                <PersonState person={person} />
              </Table.Td>
              <Table.Td visibleFrom="sm">
                <Roles person={person} />
              </Table.Td>
              <Table.Td visibleFrom="lg">
                <State tone={person.second_factor ? 'good' : 'quiet'} hollow={!person.second_factor}>
                  {person.second_factor ? t.secondFactorOn : t.secondFactorOff}
                </State>
              </Table.Td>
              <Table.Td visibleFrom="lg" className={classes.whole}>
                <Text size="sm">{format.date(person.created_at)}</Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {query.hasNextPage && (
        <Group p="xs" justify="center">
          <Button size="xs" variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {c.more}
          </Button>
        </Group>
      )}
    </Card>
  );
}

/** What somebody may do where: an administrator everything, others by their first few sites. */
function Roles({ person: { is_admin, sites } }: { person: User }) {
  const t = useTexts(texts);
  const roles = useRoles();
  if (is_admin) {
    return (
      <Text span size="sm">
        <b>{t.administrator}</b>, {t.allSites}
      </Text>
    );
  }
  if (sites.length === 0) {
    return (
      <Text span size="sm" c="dimmed">
        {t.noSites}
      </Text>
    );
  }
  return (
    <>
      {sites.slice(0, MOST).map(({ site, name, role }) => (
        <Text size="sm" key={site}>
          {name}: {roles[role].name}
        </Text>
      ))}
      {sites.length > MOST && (
        <Text size="sm" c="dimmed">
          {t.moreSites(sites.length - MOST)}
        </Text>
      )}
    </>
  );
}
