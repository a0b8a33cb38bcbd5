import type { LucideIcon } from 'lucide-react';
import type { ComponentType } from 'react';

import type { Language } from '~/i18n/language';

export type Load = () => Promise<{ default: ComponentType }>;
type Label = Readonly<Record<Language, string>>;

/** An entry of the navigation and of the command palette. */
export interface MenuEntry {
  section: 'main' | 'installation';
  order: number;
  icon: LucideIcon;
  label: Label;
  /** Only administrators see it. */
  administrators?: boolean;
}

/** A screen of its own: `screens/<topic>/screens.ts` has `export const screens: Screen[]`, and is found by itself. */
export interface Screen {
  /** As TanStack Router writes it: `/sites/$siteId`, `/installation/mail`. */
  path: string;
  /** The frame around it: `app` is for who is signed in, `outside` for everybody. */
  frame?: 'app' | 'outside';
  load: Load;
  menu?: MenuEntry;
}

/**
 * A tab of a site or a phonebook: `screens/phonebook/<tab>/tab.ts` has `export const tab: Tab`, and is found by itself.
 * What comes behind it in the address is the tab's own; see `useRest`.
 */
export interface Tab {
  slug: string;
  order: number;
  label: Label;
  load: Load;
}
