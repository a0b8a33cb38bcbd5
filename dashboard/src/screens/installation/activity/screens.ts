import { History } from 'lucide-react';

import type { Screen } from '~/shell/screen';

export const screens: Screen[] = [
  {
    path: '/installation/activity',
    load: () => import('./ActivityScreen'),
    menu: {
      section: 'installation',
      order: 30,
      icon: History,
      label: { en: 'Activity', de: 'Aktivitäten' },
      administrators: true,
    },
  },
];
