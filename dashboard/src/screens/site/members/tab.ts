import type { Tab } from '~/shell/screen';

export const tab: Tab = {
  slug: 'members',
  order: 20,
  label: { en: 'Members', de: 'Mitglieder' },
  load: () => import('./MembersTab'),
};
