import { Blocks } from 'lucide-react';

import type { Screen } from '~/shell/screen';

export const screens: Screen[] = [
  {
    path: '/installation/services',
    load: () => import('./ServicesScreen'),
    menu: {
      section: 'installation',
      order: 10,
      icon: Blocks,
      label: { en: 'Vendor services', de: 'Hersteller-Dienste' },
      administrators: true,
    },
  },
];
