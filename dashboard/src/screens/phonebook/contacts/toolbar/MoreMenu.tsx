import { ActionIcon, Menu } from '@mantine/core';
import { ClipboardPaste, Download, EllipsisVertical, Keyboard } from 'lucide-react';

import { BASE } from '~/api/client';
import { useTexts } from '~/i18n/texts';

import { texts } from '../texts';

const FORMATS = ['xlsx', 'csv', 'vcard4', 'vcard3', 'json'] as const;

interface Props {
  phonebookId: string;
  search: string;
  group: string;
  mayEdit: boolean;
  onPaste: () => void;
  onKeys: () => void;
}

/** What is needed now and then: files of contacts, pasting, the keys. */
export function MoreMenu({ phonebookId, search, group, mayEdit, onPaste, onKeys }: Props) {
  const t = useTexts(texts);
  const isFiltered = search !== '' || group !== '';
  const file = (format: string) => {
    const query = new URLSearchParams({ format, search, group });
    return `${BASE}/api/v1/phonebooks/${phonebookId}/export?${query}`;
  };
  return (
    <Menu position="bottom-end" width={250}>
      <Menu.Target>
        <ActionIcon variant="default" size="input-sm" aria-label={t.moreActions}>
          <EllipsisVertical size={17} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{isFiltered ? t.exportFound : t.exportAll}</Menu.Label>
        {FORMATS.map((format) => (
          <Menu.Item
            key={format}
            component="a"
            href={file(format)}
            download
            leftSection={<Download size={16} aria-hidden />}
          >
            {t[format]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        {mayEdit && (
          <Menu.Item leftSection={<ClipboardPaste size={16} aria-hidden />} onClick={onPaste}>
            {t.pasteRows}
          </Menu.Item>
        )}
        <Menu.Item leftSection={<Keyboard size={16} aria-hidden />} onClick={onKeys}>
          {t.keys}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
