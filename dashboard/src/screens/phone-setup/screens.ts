import type { Screen } from '~/shell/screen';

export const screens: Screen[] = [{ path: '/phone-setup/$phonebookId/$slug', load: () => import('./PhoneSetupScreen') }];
