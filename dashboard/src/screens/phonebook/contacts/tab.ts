import type { Tab } from '~/shell/screen';

export const tab: Tab = {
  slug: 'contacts',
  order: 10,
  label: { en: 'Contacts', de: 'Kontakte' },
  load: () => import('./ContactsTab'),
};
