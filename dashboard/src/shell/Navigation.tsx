import { NavLink, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import { BookUser } from 'lucide-react';

import { useAccount } from '~/api/account';
import { everyQuery } from '~/api/query';
import type { Site } from '~/api/types';
import { useLanguage } from '~/i18n/language';
import { useTexts } from '~/i18n/texts';
import { paths } from '~/shared/paths';

import { menu } from './found';
import type { MenuEntry } from './screen';
import classes from './shell.module.css';
import { texts } from './texts';

/** The left side: the main entries, the phonebooks of the site one is in, and what administrators have. */
export function Navigation({ site, onGo }: { site: Site | undefined; onGo: () => void }) {
  const t = useTexts(texts);
  return (
    <div className={classes.navigation}>
      <Entries section="main" onGo={onGo} />
      {site && <SitePhonebooks key={site.id} site={site} onGo={onGo} />}
      <Entries section="installation" title={t.installation} onGo={onGo} />
    </div>
  );
}

function SitePhonebooks({ site, onGo }: { site: Site; onGo: () => void }) {
  const t = useTexts(texts);
  const { data } = useQuery(everyQuery('/api/v1/sites/{site_id}/phonebooks', { path: { site_id: site.id } }));
  return (
    <section aria-label={t.phonebooksOf(site.name)}>
      <Text className={classes.section} component="div">
        <Link to={paths.site(site.id)} onClick={onGo}>
          {site.name}
        </Link>
      </Text>
      {data?.length === 0 && (
        <Text size="sm" c="dimmed" className={classes.none}>
          {t.noPhonebooks}
        </Text>
      )}
      {data?.map(({ id, name }) => (
        <Entry key={id} to={paths.phonebook(id)} under={`/phonebooks/${id}`} label={name} icon={BookUser} onGo={onGo} />
      ))}
    </section>
  );
}

function Entries({ section, title, onGo }: { section: MenuEntry['section']; title?: string; onGo: () => void }) {
  const { is_admin } = useAccount();
  const { language } = useLanguage();
  const entries = menu.filter((entry) => entry.section === section && (is_admin || !entry.administrators));
  if (entries.length === 0) return null;
  return (
    <section aria-label={title}>
      {title !== undefined && (
        <Text className={classes.section} component="div">
          {title}
        </Text>
      )}
      {entries.map(({ path, label, icon }) => (
        <Entry key={path} to={path} under={path} label={label[language]} icon={icon} onGo={onGo} />
      ))}
    </section>
  );
}

interface EntryProps {
  to: string;
  /** Everything below this address belongs to the entry. */
  under: string;
  label: string;
  icon: MenuEntry['icon'];
  onGo: () => void;
}

function Entry({ to, under, label, icon: Icon, onGo }: EntryProps) {
  const { pathname } = useLocation();
  const isHere = pathname === under || pathname.startsWith(`${under}/`);
  return (
    <NavLink
      component={Link}
      to={to}
      onClick={onGo}
      label={label}
      leftSection={<Icon size={17} aria-hidden />}
      active={isHere}
      aria-current={isHere ? 'page' : undefined}
      className={classes.entry}
    />
  );
}
