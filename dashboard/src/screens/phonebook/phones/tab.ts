import type { Tab } from '~/shell/screen';

export const tab: Tab = {
  slug: 'phones',
  order: 40,
  label: { en: 'Phones', de: 'Telefone' },
  load: () => import('./PhonesTab'),
};
