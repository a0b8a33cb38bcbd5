import { AppShell, Box, Burger, Button, Group, Kbd, UnstyledButton } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { Link, Outlet, useRouter } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';

import { BASE } from '~/api/client';
import { useTexts } from '~/i18n/texts';
import { paths } from '~/shared/paths';

import { useCurrentSite } from './current';
import { LiveBadge } from './LiveBadge';
import { Navigation } from './Navigation';
import classes from './shell.module.css';
import { SiteSwitcher } from './SiteSwitcher';
import { texts } from './texts';
import { useChosenLanguage } from './useChosenLanguage';
import { useLive } from './useLive';
import { UserMenu } from './UserMenu';
import { useSignOut } from './useSignOut';

const loadPalette = () => import('./Palette');
/** Begin to load it: it is about to be asked for. */
const preparePalette = () => void loadPalette().catch(() => undefined);
const Palette = lazy(loadPalette);

/** What is around every screen once one is signed in. */
export default function Frame() {
  const t = useTexts(texts);
  const [isOpen, menu] = useDisclosure(false);
  const palette = usePalette();
  const { site, sites } = useCurrentSite();
  const live = useLive();
  const onLanguage = useChosenLanguage();
  const onSignOut = useSignOut();
  useFocusOnArrival();
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 240, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding={{ base: 'sm', sm: 'lg' }}
      transitionDuration={0}
    >
      <a className="skip" href="#main" onClick={toMain}>
        {t.toContent}
      </a>
      {/* Above the navigation, which covers the page on phones: the menu of the user hangs from it. */}
      <AppShell.Header className={classes.header} zIndex={102}>
        <Burger opened={isOpen} onClick={menu.toggle} hiddenFrom="sm" size="sm" aria-label={t.menu} aria-expanded={isOpen} />
        <UnstyledButton component={Link} to={paths.sites} className={classes.brand} aria-label="Phonebook">
          <img src={`${BASE}/assets/icon.svg`} alt="" width={26} height={26} />
          <Box component="span" visibleFrom="md">
            Phonebook
          </Box>
        </UnstyledButton>
        <SiteSwitcher site={site} onOpen={() => palette.open('sites')} />
        <Group gap="md" wrap="nowrap" ml="auto">
          <LiveBadge state={live} />
          <Button
            variant="default"
            onClick={() => palette.open('everything')}
            onPointerEnter={preparePalette}
            leftSection={<Search size={16} aria-hidden />}
            rightSection={<Kbd size="xs">Ctrl K</Kbd>}
            visibleFrom="sm"
            fw={500}
          >
            {t.searchAll}
          </Button>
          <Button variant="default" px={9} onClick={() => palette.open('everything')} aria-label={t.searchAll} hiddenFrom="sm">
            <Search size={16} aria-hidden />
          </Button>
          <UserMenu onLanguage={onLanguage} onSignOut={onSignOut} />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar aria-label={t.navigation} className={classes.navbar}>
        <Navigation site={site} onGo={menu.close} />
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        <Outlet />
      </AppShell.Main>
      {palette.scope && (
        <Suspense>
          <Palette
            scope={palette.scope}
            sites={sites ?? []}
            onLanguage={onLanguage}
            onSignOut={onSignOut}
            onClose={palette.close}
          />
        </Suspense>
      )}
    </AppShell>
  );
}

/** What the palette is open for, null: it is closed. It is loaded when the first key of its shortcut goes down. */
function usePalette() {
  const [scope, open] = useState<'everything' | 'sites' | null>(null);
  useEffect(() => {
    const prepare = ({ key }: KeyboardEvent) => {
      if (key === 'Control' || key === 'Meta') preparePalette();
    };
    window.addEventListener('keydown', prepare);
    return () => window.removeEventListener('keydown', prepare);
  }, []);
  const openAll = () => open('everything');
  useHotkeys([['mod+K', openAll]], []);
  useHotkeys([['/', openAll]]);
  return { scope, open, close: () => open(null) };
}

function toMain(event: React.MouseEvent) {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

/** Coming to another screen, the keyboard and screen readers begin at its title, as they would with a page of its own. */
function useFocusOnArrival() {
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe('onRendered', ({ fromLocation, pathChanged }) => {
        if (!fromLocation || !pathChanged || document.activeElement?.closest('main, [role=dialog]')) return;
        document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
      }),
    [router],
  );
}
