import type { Activity } from '~/api/types';

export interface Day {
  /** A moment of it. */
  at: string;
  items: Activity[];
}

/** What was done, by the days on which it was, here. The order stays. */
export function byDay(items: readonly Activity[]): Day[] {
  const days: Day[] = [];
  let key = '';
  for (const item of items) {
    const next = new Date(item.at).toDateString();
    if (next !== key) days.push({ at: item.at, items: [] });
    key = next;
    days.at(-1)?.items.push(item);
  }
  return days;
}

const ID = /\b[0-9a-f]{32}\b/g;
const TIME = /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g;

/** Details for people: the names of sites for their ids, times as the reader's language writes them. */
export function readable(detail: string, siteName: (id: string) => string | undefined, moment: (at: string) => string): string {
  return detail.replace(ID, (id) => siteName(id) ?? id).replace(TIME, moment);
}
