import type { Tab } from '~/shell/screen';

export const tab: Tab = {
  slug: 'import',
  order: 20,
  label: { en: 'Import', de: 'Import' },
  load: () => import('./ImportTab'),
};
