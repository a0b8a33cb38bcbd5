import type { Screen } from '~/shell/screen';

/** The addresses are the server's: mails and its greeting contain them. */
export const screens: Screen[] = [
  { path: '/sign-in', frame: 'outside', load: () => import('./SignInScreen') },
  { path: '/first', frame: 'outside', load: () => import('./FirstScreen') },
  { path: '/register', frame: 'outside', load: () => import('./RegisterScreen') },
  { path: '/reset', frame: 'outside', load: () => import('./ResetScreen') },
  { path: '/email', frame: 'outside', load: () => import('./EmailScreen') },
];
