import { Mail } from 'lucide-react';

import type { Screen } from '~/shell/screen';

export const screens: Screen[] = [
  {
    path: '/installation/mail',
    load: () => import('./MailScreen'),
    menu: { section: 'installation', order: 40, icon: Mail, label: { en: 'Mail', de: 'Mails' }, administrators: true },
  },
];
