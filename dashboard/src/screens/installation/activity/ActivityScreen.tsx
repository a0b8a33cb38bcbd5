import { Button, Group, Menu, Stack, Text } from '@mantine/core';
import { ChevronDown, Download, FileBraces, History, Sheet } from 'lucide-react';
import { lazy, Suspense } from 'react';

import { useAccount } from '~/api/account';
import { BASE } from '~/api/client';
import { usePages } from '~/api/query';
import { useTexts } from '~/i18n/texts';
import { EmptyState } from '~/shared/EmptyState';
import { Loaded } from '~/shared/Loaded';
import { PageHeader } from '~/shared/PageHeader';
import { texts as common } from '~/shared/texts';

import { ActivityList } from './ActivityList';
import classes from './activity.module.css';
import { type Asked, askedBy } from './filters';
import { texts } from './texts';
import { useFilters } from './useFilters';

const FilterBar = lazy(() => import('./FilterBar'));

export default function ActivityScreen() {
  const t = useTexts(texts);
  const c = useTexts(common);
  const { is_admin } = useAccount();
  const [filters, change] = useFilters();
  const asked = askedBy(filters);
  const { query, items } = usePages('/api/v1/activity', { query: asked });
  return (
    <>
      <PageHeader title={t.title} about={is_admin ? t.about : t.aboutManager} actions={<Export asked={asked} />} />
      <Stack gap="sm">
        <div className={classes.filters}>
          <Suspense>
            <FilterBar filters={filters} onChange={change} />
          </Suspense>
        </div>
        <Loaded query={query}>
          {() =>
            items.length > 0 ? (
              <ActivityList items={items} />
            ) : Object.keys(asked).length > 0 ? (
              <Text c="dimmed">{t.emptyFiltered}</Text>
            ) : (
              <EmptyState icon={History} title={t.emptyTitle}>
                {t.empty}
              </EmptyState>
            )
          }
        </Loaded>
        {query.hasNextPage && (
          <Group justify="center">
            <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {c.more}
            </Button>
          </Group>
        )}
      </Stack>
    </>
  );
}

/** All of what is shown as a file, not only the pages that were looked at. */
function Export({ asked }: { asked: Asked }) {
  const t = useTexts(texts);
  const href = (format: string) =>
    `${BASE}/api/v1/activity/export?${new URLSearchParams({ ...asked, format }).toString()}`;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<Download size={16} aria-hidden />}
          rightSection={<ChevronDown size={16} aria-hidden />}
        >
          {t.export}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component="a" href={href('csv')} download leftSection={<Sheet size={16} aria-hidden />}>
          {t.exportCsv}
        </Menu.Item>
        <Menu.Item component="a" href={href('jsonl')} download leftSection={<FileBraces size={16} aria-hidden />}>
          {t.exportJson}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
