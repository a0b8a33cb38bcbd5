import type { Tab } from '~/shell/screen';

export const tab: Tab = {
  slug: 'services',
  order: 30,
  label: { en: 'Vendor services', de: 'Hersteller-Dienste' },
  load: () => import('./ServicesTab'),
};
