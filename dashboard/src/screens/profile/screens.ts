import type { Screen } from '~/shell/screen';

export const screens: Screen[] = [
  { path: '/profile', load: () => import('./ProfileScreen') },
  { path: '/profile/$part', load: () => import('./ProfileScreen') },
];
