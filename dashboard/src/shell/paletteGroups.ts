import { useMantineColorScheme } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { BookUser, Building2, Languages, LogOut, type LucideIcon, SunMoon, UserRound } from 'lucide-react';

import { useAccount } from '~/api/account';
import type { Site } from '~/api/types';
import { type Language, LANGUAGE_NAMES, LANGUAGES, useLanguage } from '~/i18n/language';
import { useTexts } from '~/i18n/texts';
import { matches } from '~/shared/matching';
import { paths } from '~/shared/paths';

import { MOST, useSearch } from './finding';
import { menu } from './found';
import { texts } from './texts';

const MOST_SITES = 50;

/** Something that can be gone to or done. */
interface Found {
  key: string;
  label: string;
  about?: string;
  icon: LucideIcon;
  run: () => void;
}

export interface Asked {
  /** Everything, or only where to switch to. */
  scope: 'everything' | 'sites';
  sites: readonly Site[];
  onLanguage: (language: Language) => void;
  onSignOut: () => void;
}

/** What there is for the words that were typed, by kind. */
export function useGroups(asked: Asked, typed: string): { title: string; found: Found[] }[] {
  const t = useTexts(texts);
  const navigate = useNavigate();
  const { scope, sites } = asked;
  const isEverything = scope === 'everything';
  const commands = useCommands(asked);
  const [searched] = useDebouncedValue(typed, 200);
  const { phonebooks, contacts } = useSearch(isEverything && typed !== '' ? searched : '');
  const narrowed = <T>(all: readonly T[], text: (each: T) => string, most = MOST) =>
    all.filter((each) => matches(text(each), typed)).slice(0, most);
  const go = (to: string) => () => void navigate({ to });
  const ofSites = {
    title: t.paletteSites,
    found: narrowed(sites, ({ name }) => name, isEverything ? MOST : MOST_SITES).map(({ id, name }) => ({
      key: `site ${id}`,
      label: name,
      icon: Building2,
      run: go(paths.site(id)),
    })),
  };
  if (!isEverything) {
    const all = { key: 'sites', label: t.allSites, icon: Building2, run: go(paths.sites) };
    return [{ title: t.paletteSites, found: typed ? ofSites.found : [all, ...ofSites.found] }];
  }
  return [
    ofSites,
    {
      title: t.palettePhonebooks,
      found: phonebooks.map(({ id, name, site_name }) => ({
        key: `phonebook ${id}`,
        label: name,
        about: site_name,
        icon: BookUser,
        run: go(paths.phonebook(id)),
      })),
    },
    {
      title: t.paletteContacts,
      found: contacts.map(({ id, name, organization, number, phonebook_id, phonebook_name, site_name }) => ({
        key: `contact ${id}`,
        label: name,
        about: [number || organization, phonebook_name, site_name].filter(Boolean).join(' · '),
        icon: UserRound,
        run: go(paths.contact(phonebook_id, id)),
      })),
    },
    { title: t.paletteCommands, found: narrowed(commands, ({ label }) => label) },
  ];
}

/** The screens of the menu, and what is in the user's menu. */
function useCommands({ onLanguage, onSignOut }: Asked): Found[] {
  const t = useTexts(texts);
  const navigate = useNavigate();
  const { is_admin } = useAccount();
  const { language } = useLanguage();
  const { setColorScheme } = useMantineColorScheme();
  const themes = [
    ['light', t.themeLight],
    ['dark', t.themeDark],
    ['auto', t.themeAuto],
  ] as const;
  const screens = menu.filter(({ administrators }) => is_admin || !administrators);
  return [
    ...screens.map(({ path, label, icon }) => ({
      key: path,
      label: label[language],
      icon,
      run: () => void navigate({ to: path }),
    })),
    ...themes.map(([value, name]) => ({
      key: `theme ${value}`,
      label: t.commandTheme(name),
      icon: SunMoon,
      run: () => setColorScheme(value),
    })),
    ...LANGUAGES.filter((each) => each !== language).map((each) => ({
      key: `language ${each}`,
      label: t.commandLanguage(LANGUAGE_NAMES[each]),
      icon: Languages,
      run: () => onLanguage(each),
    })),
    { key: 'sign out', label: t.signOut, icon: LogOut, run: onSignOut },
  ];
}
