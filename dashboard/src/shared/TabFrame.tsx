import { Tabs } from '@mantine/core';
import { Outlet, useLocation, useNavigate } from '@tanstack/react-router';

import { useLanguage } from '~/i18n/language';
import type { Tab } from '~/shell/screen';

import classes from './shared.module.css';

interface Props {
  /** The address before the tab's slug, as `/sites/1`. */
  base: string;
  tabs: readonly Tab[];
  label: string;
}

/** Tabs that are addresses, with the body of the one that is open below. */
export function TabFrame({ base, tabs, label }: Props) {
  const { language } = useLanguage();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const open = pathname.slice(base.length + 1).split('/')[0] ?? '';
  if (tabs.length < 2) return <Outlet />;
  return (
    <Tabs value={open} onChange={(slug) => void navigate({ to: `${base}/${slug}` })} activateTabWithKeyboard={false}>
      <Tabs.List aria-label={label} mb="md" className={classes.tabs}>
        {tabs.map(({ slug, label }) => (
          <Tabs.Tab key={slug} value={slug}>
            {label[language]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs.map(({ slug }) => (
        <Tabs.Panel key={slug} value={slug}>
          {slug === open && <Outlet />}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
