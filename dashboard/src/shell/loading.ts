import { BASE } from '~/api/client';
import { problemOf } from '~/api/problem';

import type { Load } from './screen';

const KEY = 'phonebook.reloaded';
const ENOUGH_MS = 30_000;

/**
 * A part of the page could not be loaded. After an upgrade of the server the parts that this page knows are gone, and the
 * new ones come with a reload; while the server cannot be reached, a reload would leave nothing at all.
 */
export async function reloadAfterUpgrade(): Promise<void> {
  const now = Date.now();
  if (now - Number(sessionStorage.getItem(KEY)) < ENOUGH_MS) return;
  const answer = await fetch(`${BASE}/health/live`).catch(() => null);
  if (!answer?.ok) return;
  sessionStorage.setItem(KEY, String(now));
  window.location.reload();
}

/** Loading a screen, whose failure is told as that of a request. The router would reload the page for it. */
export function loadingOf(load: Load): Load {
  return () =>
    load().catch((error: unknown) => {
      throw problemOf(error);
    });
}
