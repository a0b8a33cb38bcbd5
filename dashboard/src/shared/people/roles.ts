import type { Role } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { texts as common } from '~/shared/texts';

import { texts } from './texts';

/** From the least to the most. */
export const ROLES = ['viewer', 'editor', 'manager'] as const satisfies readonly Role[];

export function isRole(text: unknown): text is Role {
  return ROLES.some((role) => role === text);
}

/** The name of each role, and a few words on what it may do. */
export function useRoles(): Record<Role, { name: string; about: string }> {
  const t = useTexts(texts);
  const c = useTexts(common);
  return {
    viewer: { name: c.roleViewer, about: t.viewerAbout },
    editor: { name: c.roleEditor, about: t.editorAbout },
    manager: { name: c.roleManager, about: t.managerAbout },
  };
}
