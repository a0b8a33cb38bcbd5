import type { Contact } from '~/api/types';

/** Contacts per request. The first page is small, so that it is there at once. */
export const FIRST = 100;
export const PAGE = 400;
/** A page that is looked at anew may have grown by some. */
const AGAIN = 500;

/** What the server answers when it is asked for a page. */
export interface Answer {
  items: readonly Contact[];
  next_cursor?: string | null;
  total?: number | null;
}
export type Ask = (cursor: string | null, limit: number) => Promise<Answer>;

/** The contacts behind a cursor, up to where the next page begins. */
export interface Page {
  cursor: string | null;
  items: readonly Contact[];
  /** Something changed since; it is asked for again when it comes into sight. */
  isOld: boolean;
}

/** What is known of a long list: its beginning, page by page, and how long it is in all. */
export interface Rows {
  pages: readonly Page[];
  /** Where it goes on; null: this is all of it. */
  next: string | null;
  /** How many the server counts; null when it does not say. */
  total: number | null;
}

export async function firstRows(ask: Ask): Promise<Rows> {
  const answer = await ask(null, FIRST);
  return {
    pages: [{ cursor: null, items: answer.items, isOld: false }],
    next: answer.next_cursor ?? null,
    total: answer.total ?? null,
  };
}

/** The rows with one page more; as they were when the list does not go on at this cursor any more. */
export function withPage(rows: Rows, cursor: string, answer: Answer): Rows {
  if (rows.next !== cursor) return rows;
  const page = { cursor, items: answer.items, isOld: false };
  return { ...rows, pages: [...rows.pages, page], next: answer.next_cursor ?? null };
}

export function loaded(rows: Rows): Contact[] {
  return rows.pages.flatMap(({ items }) => items);
}

/** How many rows to make room for. */
export function countRows(rows: Rows, known: number): number {
  if (rows.next === null) return known;
  return Math.max(rows.total ?? known + PAGE, known + 1);
}

/** The pages that stand between two rows, both included. */
export function pagesBetween(rows: Rows, from: number, to: number): Page[] {
  const found: Page[] = [];
  let start = 0;
  for (const page of rows.pages) {
    const end = start + page.items.length;
    if (start <= to && end > from) found.push(page);
    start = end;
  }
  return found;
}

/** The rows with every page marked as old. */
export function aged(rows: Rows): Rows {
  return { ...rows, pages: rows.pages.map((page) => ({ ...page, isOld: true })) };
}

/** Ask for a page again. */
export function askAgain(page: Page, ask: Ask): Promise<Answer> {
  return ask(page.cursor, page.cursor === null && page.items.length <= FIRST ? FIRST + 100 : AGAIN);
}

/**
 * The rows with one page as it is now. Where the next page begins is found by what stands in it; when it cannot be found,
 * what comes behind is dropped and loaded again when it is wanted.
 */
export function withFresh(rows: Rows, cursor: string | null, answer: Answer): Rows {
  const index = rows.pages.findIndex((page) => page.cursor === cursor);
  if (index < 0) return rows;
  const before = rows.pages.slice(0, index);
  const next = answer.next_cursor ?? null;
  const total = cursor === null ? (answer.total ?? null) : rows.total;
  const behind = rows.pages[index + 1];
  const whole = { pages: [...before, { cursor, items: answer.items, isOld: false }], next, total };
  if (behind === undefined) return whole;
  const known = new Set(behind.items.map(({ id }) => id));
  const end = answer.items.findIndex(({ id }) => known.has(id));
  if (end < 0 && next !== behind.cursor) return whole;
  const items = end < 0 ? answer.items : answer.items.slice(0, end);
  return { ...rows, total, pages: [...before, { cursor, items, isOld: false }, ...rows.pages.slice(index + 1)] };
}

/** The rows with this state of a contact, where it stands. */
export function withContact(rows: Rows, contact: Contact): Rows {
  const has = (page: Page) => page.items.some(({ id }) => id === contact.id);
  const put = (page: Page): Page => ({
    ...page,
    items: page.items.map((each) => (each.id === contact.id ? { ...contact, included: each.included } : each)),
  });
  return { ...rows, pages: rows.pages.map((page) => (has(page) ? put(page) : page)) };
}

/** The rows without some contacts. */
export function without(rows: Rows, ids: ReadonlySet<string>): Rows {
  let gone = 0;
  const pages = rows.pages.map((page) => {
    const items = page.items.filter(({ id }) => !ids.has(id));
    gone += page.items.length - items.length;
    return items.length === page.items.length ? page : { ...page, items };
  });
  return gone === 0 ? rows : { ...rows, pages, total: rows.total === null ? null : rows.total - gone };
}
