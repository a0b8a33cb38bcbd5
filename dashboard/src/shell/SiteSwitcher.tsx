import { Button, Text } from '@mantine/core';
import { Building2, ChevronsUpDown } from 'lucide-react';

import type { Site } from '~/api/types';
import { useTexts } from '~/i18n/texts';

import classes from './shell.module.css';
import { texts } from './texts';

/** The site one is in; choosing another happens in the palette, by typing part of its name. */
export function SiteSwitcher({ site, onOpen }: { site: Site | undefined; onOpen: () => void }) {
  const t = useTexts(texts);
  const name = site?.name ?? t.allSites;
  return (
    <Button
      variant="default"
      leftSection={<Building2 size={16} aria-hidden />}
      rightSection={<ChevronsUpDown size={14} aria-hidden />}
      onClick={onOpen}
      className={classes.switcher}
      styles={{ label: { flex: 1 } }}
      fw={500}
      aria-haspopup="dialog"
      aria-label={`${t.chooseSite}: ${name}`}
    >
      <Text span truncate size="sm">
        {name}
      </Text>
    </Button>
  );
}
