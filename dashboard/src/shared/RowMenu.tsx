import { ActionIcon } from '@mantine/core';
import { EllipsisVertical, type LucideIcon } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';

import { useTexts } from '~/i18n/texts';

import { texts } from './texts';

export interface RowAction {
  label: string;
  icon: LucideIcon;
  onClick: () => void;
  /** It takes something away; shown in red, last. */
  isDestructive?: boolean;
}

interface Props {
  /** What the row is about. */
  of: string;
  actions: readonly RowAction[];
}

const load = () => import('./OpenedRowMenu');
const OpenedRowMenu = lazy(load);

/** What can be done with one row, behind three dots; nothing when nothing can. The menu comes when it is asked for. */
export function RowMenu({ of, actions }: Props) {
  const t = useTexts(texts);
  const [isAsked, setAsked] = useState(false);
  if (actions.length === 0) return null;
  const dots = (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={t.actionsFor(of)}
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={() => void load().catch(() => undefined)}
      onClick={() => setAsked(true)}
    >
      <EllipsisVertical size={18} aria-hidden />
    </ActionIcon>
  );
  if (!isAsked) return dots;
  return (
    <Suspense fallback={dots}>
      <OpenedRowMenu of={of} actions={actions} />
    </Suspense>
  );
}
