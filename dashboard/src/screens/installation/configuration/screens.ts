import { SlidersHorizontal } from 'lucide-react';

import type { Screen } from '~/shell/screen';

export const screens: Screen[] = [
  {
    path: '/installation/configuration',
    load: () => import('./ConfigurationScreen'),
    menu: {
      section: 'installation',
      order: 50,
      icon: SlidersHorizontal,
      label: { en: 'Configuration', de: 'Konfiguration' },
      administrators: true,
    },
  },
];
