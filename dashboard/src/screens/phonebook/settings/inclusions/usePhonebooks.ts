import { useQueries, useQuery } from '@tanstack/react-query';

import { may } from '~/api/account';
import { apiQuery, everyQuery } from '~/api/query';
import type { Phonebook } from '~/api/types';

/** The API lists phonebooks by site; so many sites are asked at once. */
const MOST_SITES = 60;

interface Choices {
  isPending: boolean;
  /** For a list to choose from, by site. */
  groups: { group: string; items: { value: string; label: string }[] }[];
}

/** The phonebooks that this one may include: of its own site, and of those that one manages. */
export function useChoices({ id, site_id }: Phonebook, taken: ReadonlySet<string>): Choices {
  const sites = useQuery(everyQuery('/api/v1/sites'));
  const asked = (sites.data ?? [])
    .filter((site) => site.id === site_id || may(site.role, 'manager'))
    .sort((a, b) => Number(b.id === site_id) - Number(a.id === site_id))
    .slice(0, MOST_SITES);
  const answers = useQueries({
    queries: asked.map((site) => everyQuery('/api/v1/sites/{site_id}/phonebooks', { path: { site_id: site.id } })),
  });
  const groups = asked.map((site, index) => ({
    group: site.name,
    items: (answers[index]?.data ?? [])
      .filter((book) => book.id !== id && !taken.has(book.id))
      .map((book) => ({ value: book.id, label: book.name })),
  }));
  return {
    isPending: sites.isPending || answers.some(({ isPending }) => isPending),
    groups: groups.filter(({ items }) => items.length > 0),
  };
}

/** The phonebooks of the same site that include this one. */
export function useIncludedBy({ id, site_id }: Phonebook): Phonebook[] {
  const { data } = useQuery(everyQuery('/api/v1/sites/{site_id}/phonebooks', { path: { site_id } }));
  const including = (data ?? []).filter((book) => book.id !== id && book.inclusions > 0);
  const answers = useQueries({
    queries: including.map((book) => apiQuery('/api/v1/phonebooks/{phonebook_id}/inclusions', { path: { phonebook_id: book.id } })),
  });
  return including.filter((_, index) => answers[index]?.data?.items.some(({ phonebook_id }) => phonebook_id === id));
}
