import { KeyRound } from 'lucide-react';

import type { Screen } from '~/shell/screen';

export const screens: Screen[] = [
  {
    path: '/installation/service-tokens',
    load: () => import('./ServiceTokensScreen'),
    menu: {
      section: 'installation',
      order: 20,
      icon: KeyRound,
      label: { en: 'Service tokens', de: 'Dienst-Tokens' },
      administrators: true,
    },
  },
];
