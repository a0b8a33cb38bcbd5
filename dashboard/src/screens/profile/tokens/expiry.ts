/** When a new token is to end. */
export type Ends = 'never' | '30' | '90' | '365' | 'day';

export const ENDS: readonly Ends[] = ['30', '90', '365', 'day', 'never'];

export function isEnds(text: string): text is Ends {
  return ENDS.some((ends) => ends === text);
}

/** How the API is told. A chosen day is the last one that the token works on, where the browser is. */
export function expiryOf(ends: Ends, day: string): { expires_in_days?: number; expires_at?: string } {
  if (ends === 'never') return {};
  if (ends !== 'day') return { expires_in_days: Number(ends) };
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  return { expires_at: new Date(year, month - 1, date + 1).toISOString() };
}

/** A day as date fields have it, so many days from now. */
export function dayIn(days: number, now: Date = new Date()): string {
  const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() + days);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}
