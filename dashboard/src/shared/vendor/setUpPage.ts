import { BASE } from '~/api/client';
import { paths } from '~/shared/paths';

/** The address of the page for whoever stands at a phone. It asks for a sign-in; nothing secret is in it. */
export function setUpPage(phonebookId: string, slug: string): string {
  return `${window.location.origin}${BASE}${paths.phoneSetup(phonebookId, slug)}`;
}

/** Whether an address leads nowhere from other devices, as it names the machine that it is used on. */
export function isOnlyHere(address: string): boolean {
  const { hostname } = new URL(address);
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}
