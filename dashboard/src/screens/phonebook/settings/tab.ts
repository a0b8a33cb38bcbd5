import type { Tab } from '~/shell/screen';

export const tab: Tab = {
  slug: 'settings',
  order: 50,
  label: { en: 'Settings', de: 'Einstellungen' },
  load: () => import('./SettingsTab'),
};
