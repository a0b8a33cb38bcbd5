import { useSuspenseQuery } from '@tanstack/react-query';

import { apiQuery } from './query';
import type { Account, Role } from './types';

/** Who is signed in. */
export const accountQuery = apiQuery('/api/v1/me');

/** Who is signed in. Only below the frame, which has asked before. */
export function useAccount(): Account {
  return useSuspenseQuery(accountQuery).data;
}

const RANK: Record<Role, number> = { viewer: 0, editor: 1, manager: 2 };

/** Whether a role is enough where `needed` is asked for: `may(phonebook.role, 'editor')`. */
export function may(role: Role, needed: Role): boolean {
  return RANK[role] >= RANK[needed];
}
