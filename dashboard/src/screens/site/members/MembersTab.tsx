import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Lock, UserPlus, Users } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';

import { may } from '~/api/account';
import { useSite } from '~/api/current';
import { everyQuery } from '~/api/query';
import type { Site } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { EmptyState } from '~/shared/EmptyState';
import { Loaded } from '~/shared/Loaded';
import { matches } from '~/shared/matching';
import { paths } from '~/shared/paths';
import { SearchBox } from '~/shared/SearchBox';
import { texts as common } from '~/shared/texts';

import { MemberTable } from './MemberTable';
import { texts } from './texts';

const AddMemberDialog = lazy(() => import('./AddMemberDialog'));

/** From so many members on there is something to search. */
const MANY = 8;

export default function MembersTab() {
  const t = useTexts(texts);
  const site = useSite();
  if (may(site.role, 'manager')) return <Members key={site.id} site={site} />;
  return (
    <EmptyState icon={Lock} title={t.forbiddenTitle}>
      {t.forbidden}
    </EmptyState>
  );
}

function Members({ site }: { site: Site }) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const members = useQuery(everyQuery('/api/v1/sites/{site_id}/members', { path: { site_id: site.id } }));
  const [search, setSearch] = useState('');
  const [isAdding, setAdding] = useState(false);
  const add = (
    <Button leftSection={<UserPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
      {t.add}
    </Button>
  );
  return (
    <>
      <Loaded query={members}>
        {(all) => {
          const found = all.filter(({ name, email }) => matches(`${name} ${email}`, search));
          if (all.length === 0) {
            return (
              <EmptyState icon={Users} title={t.emptyTitle} actions={add}>
                {t.empty} {t.administrators}
              </EmptyState>
            );
          }
          return (
            <Stack gap="sm">
              <Group gap="sm" justify="space-between">
                {all.length > MANY ? (
                  <SearchBox label={t.find} value={search} onChange={setSearch} flex="1 1 12rem" maw={360} />
                ) : (
                  <Text size="sm" c="dimmed" flex="1 1 12rem">
                    {t.administrators}
                  </Text>
                )}
                {add}
              </Group>
              {found.length > 0 ? (
                <MemberTable site={site} members={found} />
              ) : (
                <Text c="dimmed">{c.nothingFound(search)}</Text>
              )}
              <Group justify="space-between" gap="xs">
                <Anchor
                  component={Link}
                  to={paths.installation('activity')}
                  search={{ site: site.id } as never}
                  size="sm"
                >
                  {t.activity}
                </Anchor>
                <Text size="sm" c="dimmed">
                  {t.count(all.length)}
                </Text>
              </Group>
            </Stack>
          );
        }}
      </Loaded>
      {isAdding && (
        <Suspense>
          <AddMemberDialog site={site} members={members.data ?? []} onClose={() => setAdding(false)} />
        </Suspense>
      )}
    </>
  );
}
