import type { Tab } from '~/shell/screen';

export const tab: Tab = {
  slug: 'tidy',
  order: 22,
  label: { en: 'Tidy up', de: 'Aufräumen' },
  load: () => import('./CleaningTab'),
};
