import { isMantineColorScheme, Menu, Text, useMantineColorScheme } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { BookOpen, LogOut, Monitor, Moon, Sun, UserRound } from 'lucide-react';

import { useAccount } from '~/api/account';
import { BASE } from '~/api/client';
import { isLanguage, LANGUAGE_NAMES, LANGUAGES, useLanguage } from '~/i18n/language';
import { useTexts } from '~/i18n/texts';
import { paths } from '~/shared/paths';

import { screens } from './found';
import { Initials } from './Initials';
import { texts } from './texts';
import type { UserMenuProps } from './UserMenu';

/** The menu of whoever is signed in, which was asked for and so is open at first. */
export default function OpenedUserMenu({ onLanguage, onSignOut }: UserMenuProps) {
  const t = useTexts(texts);
  const account = useAccount();
  const { language } = useLanguage();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const name = account.name || account.email;
  const hasProfile = screens.some(({ path }) => path === paths.profile);
  const themes = [
    { value: 'light', label: t.themeLight, icon: Sun },
    { value: 'dark', label: t.themeDark, icon: Moon },
    { value: 'auto', label: t.themeAuto, icon: Monitor },
  ] as const;
  return (
    <Menu position="bottom-end" width={240} withinPortal={false} defaultOpened>
      <Menu.Target>
        <Initials name={name} />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm" fw={600} truncate c="var(--mantine-color-text)">
            {name}
          </Text>
          <Text size="xs" truncate>
            {account.is_admin ? `${account.email} · ${t.administrator}` : account.email}
          </Text>
        </Menu.Label>
        {hasProfile && (
          <Menu.Item component={Link} to={paths.profile} leftSection={<UserRound size={16} aria-hidden />}>
            {t.profile}
          </Menu.Item>
        )}
        <Menu.Item component="a" href={`${BASE}/api/v1/docs`} leftSection={<BookOpen size={16} aria-hidden />}>
          {t.apiDocs}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t.theme}</Menu.Label>
        <Menu.RadioGroup
          value={colorScheme}
          onChange={(value) => isMantineColorScheme(value) && setColorScheme(value)}
        >
          {themes.map(({ value, label, icon: Icon }) => (
            <Menu.RadioItem key={value} value={value} rightSection={<Icon size={16} aria-hidden />} closeMenuOnClick={false}>
              {label}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Label>{t.language}</Menu.Label>
        <Menu.RadioGroup value={language} onChange={(value) => isLanguage(value) && onLanguage(value)}>
          {LANGUAGES.map((each) => (
            <Menu.RadioItem key={each} value={each} lang={each} closeMenuOnClick={false}>
              {LANGUAGE_NAMES[each]}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Item leftSection={<LogOut size={16} aria-hidden />} onClick={onSignOut}>
          {t.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
