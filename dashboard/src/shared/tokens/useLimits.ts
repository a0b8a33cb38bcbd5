import { useQuery } from '@tanstack/react-query';

import { everyQuery } from '~/api/query';
import type { ApiToken } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { useRoles } from '~/shared/people/roles';

import { texts } from './texts';

/** Says in words what a token may do at most: `Editor at most, in Berlin`. */
export function useLimits(): (token: Pick<ApiToken, 'role' | 'sites'>) => string {
  const t = useTexts(texts);
  const roles = useRoles();
  const { data: sites = [] } = useQuery(everyQuery('/api/v1/sites'));
  return ({ role, sites: only }) => {
    if (role === null && only === null) return t.mayAll;
    const names = only?.map((id) => sites.find((site) => site.id === id)?.name) ?? [];
    const areKnown = names.length <= 3 && names.every(Boolean);
    const where = only === null ? t.inAllSites : t.inSites(names.length, areKnown ? names.join(', ') : '');
    return `${role === null ? t.mayAll : t.upTo(roles[role].name)}, ${where}`;
  };
}
