/** The address with the login in it, as phones take it that have no fields for one. Both have only letters, digits, - and _. */
export function withLogin(url: string, username: string, password: string): string {
  return url.replace('://', `://${username}:${password}@`);
}
