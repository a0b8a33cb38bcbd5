import type { Tab } from '~/shell/screen';

export const tab: Tab = {
  slug: 'phonebooks',
  order: 10,
  label: { en: 'Phonebooks', de: 'Telefonbücher' },
  load: () => import('./PhonebooksTab'),
};
