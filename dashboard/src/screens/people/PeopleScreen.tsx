import { Button, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { UserPlus, Users } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';

import { useAccount } from '~/api/account';
import { usePages } from '~/api/query';
import type { PersonStatus } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { EmptyState } from '~/shared/EmptyState';
import { Loaded } from '~/shared/Loaded';
import { PageHeader } from '~/shared/PageHeader';
import { useSearchValue } from '~/shared/route';
import { SearchBox } from '~/shared/SearchBox';
import { texts as common } from '~/shared/texts';

import { PeopleTable } from './PeopleTable';
import { texts } from './texts';

const InviteDialog = lazy(() => import('./InviteDialog'));

const STATES = ['active', 'invited', 'disabled'] as const satisfies readonly PersonStatus[];
const ALL = 'all';

export default function PeopleScreen() {
  const t = useTexts(texts);
  const c = useTexts(common);
  const { is_admin, sites } = useAccount();
  const [search, setSearch] = useSearchValue('search');
  const [chosen, choose] = useSearchValue('state');
  const [isInviting, setInviting] = useState(false);
  const status = STATES.find((state) => state === chosen);
  const { query, items } = usePages('/api/v1/users', { query: { search: search || undefined, status } });
  const canInvite = is_admin || sites.some(({ role }) => role === 'manager');
  const invite = (
    <Button leftSection={<UserPlus size={16} aria-hidden />} onClick={() => setInviting(true)}>
      {t.invite}
    </Button>
  );
  return (
    <>
      <PageHeader title={t.title} about={is_admin ? t.about : t.aboutManager} actions={canInvite && invite} />
      {canInvite ? (
        <Stack gap="sm">
          <Group gap="sm">
            <SearchBox label={t.find} value={search} onChange={setSearch} flex="1 1 14rem" maw={360} />
            <SegmentedControl
              aria-label={t.filter}
              value={status ?? ALL}
              onChange={(value) => choose(value === ALL ? '' : value)}
              data={[{ value: ALL, label: t.all }, ...STATES.map((value) => ({ value, label: t[value] }))]}
            />
          </Group>
          <Loaded query={query}>
            {() =>
              items.length > 0 ? (
                <PeopleTable people={items} query={query} />
              ) : (
                <Text c="dimmed">{search ? c.nothingFound(search) : t.emptyFiltered}</Text>
              )
            }
          </Loaded>
        </Stack>
      ) : (
        <EmptyState icon={Users} title={t.emptyTitle}>
          {t.emptyManager}
        </EmptyState>
      )}
      {isInviting && (
        <Suspense>
          <InviteDialog onClose={() => setInviting(false)} />
        </Suspense>
      )}
    </>
  );
}
