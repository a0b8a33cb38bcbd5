import { Button, Group } from '@mantine/core';
import { Outlet } from '@tanstack/react-router';

import { BASE } from '~/api/client';
import { LANGUAGE_NAMES, LANGUAGES, useLanguage } from '~/i18n/language';

import classes from './shell.module.css';

/** What is around the pages before one is signed in. */
export function OutsideFrame() {
  const { language, setLanguage } = useLanguage();
  return (
    <div className={classes.outside}>
      <header className={classes.outsideHeader}>
        <span className={classes.brand}>
          <img src={`${BASE}/assets/icon.svg`} alt="" width={28} height={28} />
          Phonebook
        </span>
        <Group gap={4}>
          {LANGUAGES.map((each) => (
            <Button
              key={each}
              size="compact-sm"
              variant={language === each ? 'light' : 'subtle'}
              color={language === each ? undefined : 'gray'}
              aria-pressed={language === each}
              lang={each}
              onClick={() => setLanguage(each)}
            >
              {LANGUAGE_NAMES[each]}
            </Button>
          ))}
        </Group>
      </header>
      <main className={classes.outsideMain} id="main">
        <Outlet />
      </main>
    </div>
  );
}
