/** Small choices that this browser keeps. Where it keeps nothing, they hold until the page is left. */
const PREFIX = 'phonebook.';
const here = new Map<string, string>();

export function remember(key: string, value: string): void {
  here.set(key, value);
  try {
    localStorage.setItem(PREFIX + key, value);
  } catch {
    // forbidden or full
  }
}

export function remembered(key: string): string | null {
  try {
    const kept = localStorage.getItem(PREFIX + key);
    if (kept !== null) here.set(key, kept);
  } catch {
    // forbidden
  }
  return here.get(key) ?? null;
}

/** Signing out empties what the browser keeps; choices about looks are nobody's secret and stay. */
export function keepChoices(): void {
  for (const [key, value] of here) remember(key, value);
}
