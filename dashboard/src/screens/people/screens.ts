import { Users } from 'lucide-react';

import type { Screen } from '~/shell/screen';

export const screens: Screen[] = [
  {
    path: '/people',
    load: () => import('./PeopleScreen'),
    menu: { section: 'main', order: 20, icon: Users, label: { en: 'People', de: 'Personen' } },
  },
  { path: '/people/$userId', load: () => import('./PersonScreen') },
];
