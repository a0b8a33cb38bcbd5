import { ActionIcon, Menu } from '@mantine/core';
import { EllipsisVertical } from 'lucide-react';

import { useTexts } from '~/i18n/texts';

import type { RowAction } from './RowMenu';
import { texts } from './texts';

/** The three dots of a row that were used, with their menu, which is open at first. */
export default function OpenedRowMenu({ of, actions }: { of: string; actions: readonly RowAction[] }) {
  const t = useTexts(texts);
  return (
    <Menu position="bottom-end" defaultOpened>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t.actionsFor(of)}>
          <EllipsisVertical size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {actions.map(({ label, icon: Icon, onClick, isDestructive }) => (
          <Menu.Item
            key={label}
            color={isDestructive ? 'var(--app-bad)' : undefined}
            leftSection={<Icon size={16} aria-hidden />}
            onClick={onClick}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
