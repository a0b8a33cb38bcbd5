import { Rocket } from 'lucide-react';

import type { Screen } from '~/shell/screen';

export const screens: Screen[] = [
  {
    path: '/start',
    load: () => import('./StartScreen'),
    menu: {
      section: 'main',
      order: 90,
      icon: Rocket,
      label: { en: 'Set up a site', de: 'Standort einrichten' },
      administrators: true,
    },
  },
  { path: '/start/$phonebookId/$step', load: () => import('./StepScreen') },
];
