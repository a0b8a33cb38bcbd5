import { Building2 } from 'lucide-react';

import type { Screen } from '~/shell/screen';

export const screens: Screen[] = [
  {
    path: '/sites',
    load: () => import('./SitesScreen'),
    menu: { section: 'main', order: 10, icon: Building2, label: { en: 'Sites', de: 'Standorte' } },
  },
];
