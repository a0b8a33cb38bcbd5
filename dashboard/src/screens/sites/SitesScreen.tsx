import { Anchor, Button, Card, Group, Table, Text, VisuallyHidden } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Building2, Pencil, Plus, Rocket, Trash2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';

import { may, useAccount } from '~/api/account';
import { api, sent } from '~/api/client';
import { everyQuery } from '~/api/query';
import type { Site } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { EmptyState } from '~/shared/EmptyState';
import { Loaded } from '~/shared/Loaded';
import { matches } from '~/shared/matching';
import { Ago } from '~/shared/Moment';
import { PageHeader } from '~/shared/PageHeader';
import { paths } from '~/shared/paths';
import { type RowAction, RowMenu } from '~/shared/RowMenu';
import { useSearchValue } from '~/shared/route';
import { SearchBox } from '~/shared/SearchBox';
import { texts as common } from '~/shared/texts';
import { useUndo } from '~/shared/undo';

import { ServicesAtAGlance } from './ServicesAtAGlance';
import { texts } from './texts';

const SiteDialog = lazy(() => import('./SiteDialog'));

/** Rows that are drawn at once; typing leads to the others. */
const MOST = 100;

export default function SitesScreen() {
  const t = useTexts(texts);
  const c = useTexts(common);
  const { is_admin } = useAccount();
  const navigate = useNavigate();
  const sites = useQuery(everyQuery('/api/v1/sites'));
  const [search, setSearch] = useSearchValue('search');
  const [dialog, setDialog] = useState<{ site?: Site } | null>(null);
  const create = (
    <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setDialog({})}>
      {t.create}
    </Button>
  );
  const guide = (
    <Button variant="default" leftSection={<Rocket size={16} aria-hidden />} component={Link} to={paths.firstRun}>
      {sites.data?.length === 0 ? t.guide : t.guideAnother}
    </Button>
  );
  const actions = is_admin && (
    <>
      {guide}
      {create}
    </>
  );
  return (
    <>
      <PageHeader title={t.title} about={t.about} actions={actions} />
      <Loaded query={sites}>
        {(all) =>
          all.length === 0 ? (
            <EmptyState icon={Building2} title={t.emptyTitle} actions={actions}>
              {is_admin ? t.emptyAdmin : t.emptyOther}
            </EmptyState>
          ) : (
            <>
              <SearchBox label={t.find} value={search} onChange={setSearch} maw={360} mb="sm" />
              <SiteTable
                sites={all.filter(({ name }) => matches(name, search))}
                nothing={c.nothingFound(search)}
                onRename={(site) => setDialog({ site })}
              />
            </>
          )
        }
      </Loaded>
      {dialog && (
        <Suspense>
          <SiteDialog
            site={dialog.site}
            onClose={() => setDialog(null)}
            onDone={(site) => {
              setDialog(null);
              if (!dialog.site) void navigate({ to: paths.site(site.id) });
            }}
          />
        </Suspense>
      )}
    </>
  );
}

interface TableProps {
  sites: readonly Site[];
  /** What stands there when none was found. */
  nothing: string;
  onRename: (site: Site) => void;
}

function SiteTable({ sites, nothing, onRename }: TableProps) {
  const t = useTexts(texts);
  const c = useTexts(common);
  const format = useFormat();
  const { is_admin } = useAccount();
  const offerUndo = useUndo();
  const remove = useMutation({
    mutationFn: ({ id }: Site) => sent(api.DELETE('/api/v1/sites/{site_id}', { params: { path: { site_id: id } } })),
    onSuccess: (answer, { name }) => offerUndo(t.deleted(name), answer),
  });
  const roles = { viewer: c.roleViewer, editor: c.roleEditor, manager: c.roleManager };
  const actionsOf = (site: Site): RowAction[] => [
    ...(may(site.role, 'manager') ? [{ label: c.rename, icon: Pencil, onClick: () => onRename(site) }] : []),
    ...(is_admin ? [{ label: c.delete, icon: Trash2, onClick: () => remove.mutate(site), isDestructive: true }] : []),
  ];
  if (sites.length === 0) return <Text c="dimmed">{nothing}</Text>;
  return (
    <Card withBorder padding={0}>
      <Table highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{c.name}</Table.Th>
            <Table.Th ta="end">{t.phonebooks}</Table.Th>
            <Table.Th ta="end" visibleFrom="sm">
              {t.contacts}
            </Table.Th>
            <Table.Th visibleFrom="md">{t.services}</Table.Th>
            <Table.Th visibleFrom="md">{t.changed}</Table.Th>
            {!is_admin && <Table.Th visibleFrom="sm">{t.role}</Table.Th>}
            <Table.Th w={48}>
              <VisuallyHidden>{c.actions}</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sites.slice(0, MOST).map((site) => (
            <Table.Tr key={site.id}>
              <Table.Td>
                <Anchor component={Link} to={paths.site(site.id)} size="sm" fw={600}>
                  {site.name}
                </Anchor>
              </Table.Td>
              <Table.Td ta="end">{format.number(site.phonebooks)}</Table.Td>
              <Table.Td ta="end" visibleFrom="sm">
                {format.number(site.contacts)}
              </Table.Td>
              <Table.Td visibleFrom="md">
                <ServicesAtAGlance site={site} />
              </Table.Td>
              <Table.Td visibleFrom="md">{site.changed_at && <Ago at={site.changed_at} />}</Table.Td>
              {!is_admin && <Table.Td visibleFrom="sm">{roles[site.role]}</Table.Td>}
              <Table.Td>
                <RowMenu of={site.name} actions={actionsOf(site)} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Group p="xs" justify="flex-end">
        <Text size="sm" c="dimmed">
          {t.count(format.number(sites.length), sites.length)}
        </Text>
      </Group>
    </Card>
  );
}
