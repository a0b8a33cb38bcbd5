import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';

import { pagesQuery } from '~/api/query';
import type { SeenPhone } from '~/api/types';

const WEEK_MS = 7 * 24 * 3_600_000;

/** The diagnosis also depends on what no event tells: the time that passes, the service that stops. */
const AGAIN_MS = 30_000;

/** The phones that asked for a phonebook, the one heard of last first. */
export function usePhones(phonebookId: string) {
  const asked = pagesQuery('/api/v1/phonebooks/{phonebook_id}/phones', { path: { phonebook_id: phonebookId } });
  const query = useInfiniteQuery({ ...asked, refetchInterval: AGAIN_MS });
  const phones = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  return { query, phones };
}

/** Those that got the phonebook from a service within the last week. */
export function usedLately(phones: readonly SeenPhone[], slug: string, now = Date.now()): SeenPhone[] {
  return phones.filter(
    ({ service, last_success_at }) =>
      service === slug && last_success_at !== null && now - new Date(last_success_at).getTime() < WEEK_MS,
  );
}

/** How a phone is called: maker and model; where it named neither, what it is in one word, or its address. */
export function phoneName(phone: Pick<SeenPhone, 'vendor' | 'model' | 'address' | 'user_agent'>, unnamed: string): string {
  const named = [phone.vendor, phone.model].filter(Boolean).join(' ');
  if (named) return named;
  const program = /^[\w.-]+/.exec(phone.user_agent)?.[0];
  return program ?? (phone.address ? `${unnamed} (${phone.address})` : unnamed);
}

/** A MAC as people read it off the back of a phone. */
export function macOf(mac: string): string {
  return mac.match(/.{2}/g)?.join(':').toUpperCase() ?? '';
}
