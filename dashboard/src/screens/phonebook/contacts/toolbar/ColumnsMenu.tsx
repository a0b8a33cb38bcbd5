import { ActionIcon, Checkbox, Popover, Stack, Text, Tooltip } from '@mantine/core';
import { Columns3 } from 'lucide-react';

import { useTexts } from '~/i18n/texts';

import { type ColumnId, COLUMNS } from '../table/columns';
import { texts } from '../texts';

interface Props {
  columns: readonly ColumnId[];
  onChange: (columns: ColumnId[]) => void;
}

/** Which columns the table has. The name is always there. */
export function ColumnsMenu({ columns, onChange }: Props) {
  const t = useTexts(texts);
  return (
    <Popover position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Tooltip label={t.columns}>
          <ActionIcon variant="default" size="input-sm" aria-label={t.columns}>
            <Columns3 size={17} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs" role="group" aria-label={t.columns}>
          <Text size="sm" fw={600} aria-hidden>
            {t.columns}
          </Text>
          {COLUMNS.filter((column) => column !== 'name').map((column) => (
            <Checkbox
              key={column}
              size="sm"
              label={t[column]}
              checked={columns.includes(column)}
              onChange={({ currentTarget: { checked } }) =>
                onChange(COLUMNS.filter((each) => (each === column ? checked : columns.includes(each))))
              }
            />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
