import { lazy, Suspense, useState } from 'react';

import { useAccount } from '~/api/account';
import type { Language } from '~/i18n/language';

import { Initials } from './Initials';

export interface UserMenuProps {
  onLanguage: (language: Language) => void;
  onSignOut: () => void;
}

const load = () => import('./OpenedUserMenu');
const OpenedUserMenu = lazy(load);

/** Who is signed in, and what they choose for themselves. The menu comes when it is asked for. */
export function UserMenu(props: UserMenuProps) {
  const account = useAccount();
  const [isAsked, setAsked] = useState(false);
  const button = (
    <Initials
      name={account.name || account.email}
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={() => void load().catch(() => undefined)}
      onClick={() => setAsked(true)}
    />
  );
  if (!isAsked) return button;
  return (
    <Suspense fallback={button}>
      <OpenedUserMenu {...props} />
    </Suspense>
  );
}
