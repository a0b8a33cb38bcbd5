/** Which activity is shown, as it stands in the address. */
export interface Filters {
  actor: string;
  action: string;
  site: string;
  time: string;
  /** Days as date fields have them; only with the time `between`. */
  from: string;
  to: string;
}

export const TIMES = ['', 'today', 'week', 'month', 'between'] as const;
export type Time = (typeof TIMES)[number];

export function isTime(text: string): text is Time {
  return TIMES.some((time) => time === text);
}

export interface Asked {
  actor?: string;
  action?: string;
  site?: string;
  since?: string;
  until?: string;
}

const DAYS: Partial<Record<Time, number>> = { today: 0, week: 6, month: 29 };

/** What the server is asked for. Days begin and end where the browser is; the last one is whole. */
export function askedBy({ actor, action, site, time, from, to }: Filters, now: Date = new Date()): Asked {
  const asked: Asked = {
    ...(actor.trim() && { actor: actor.trim() }),
    ...(action && { action }),
    ...(site && { site }),
  };
  if (time === 'between') {
    const since = dayOf(from, 0);
    const until = dayOf(to, 1);
    return { ...asked, ...(since && { since }), ...(until && { until }) };
  }
  const days = isTime(time) ? DAYS[time] : undefined;
  if (days === undefined) return asked;
  return { ...asked, since: new Date(now.getFullYear(), now.getMonth(), now.getDate() - days).toISOString() };
}

/** The beginning of a day, or of one after it; empty when none was chosen. */
function dayOf(text: string, after: number): string {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!found) return '';
  const [year = 0, month = 0, day = 0] = found.slice(1).map(Number);
  return new Date(year, month - 1, day + after).toISOString();
}
