import type { Tab } from '~/shell/screen';

export const tab: Tab = {
  slug: 'history',
  order: 24,
  label: { en: 'History', de: 'Verlauf' },
  load: () => import('./HistoryTab'),
};
