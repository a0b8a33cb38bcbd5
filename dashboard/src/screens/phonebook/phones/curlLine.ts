import type { Access } from '~/shared/vendor/AccessValues';

/** What a phone does, as one line for every terminal. Without a password curl asks for it. */
export function curlLine({ url, username, password: known }: Access, password: string | null): string {
  const login = known === null || password === null ? username : `${username}:${password}`;
  return `curl -i -u "${login}" "${url}"`;
}
