import { Group, Loader, Text } from '@mantine/core';

import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';

import { texts } from './texts';

interface Props {
  /** How many contacts there are; null: more than are counted. */
  total: number | null;
  isFiltered: boolean;
  /** How many are loaded, while those in sight are not. */
  soFar: number | null;
}

/** Below the table: how many contacts there are, or how many were found. */
export function StatusLine({ total, isFiltered, soFar }: Props) {
  const t = useTexts(texts);
  const format = useFormat();
  const words = () => {
    if (total === null) return isFiltered ? t.foundMany : '';
    return isFiltered ? t.found(format.number(total)) : t.count(format.number(total), total);
  };
  return (
    <Group gap="md" mih={22}>
      <Text size="sm" c="dimmed" role="status">
        {words()}
      </Text>
      {soFar !== null && (
        <Group gap={6}>
          <Loader size={14} />
          <Text size="sm" c="dimmed">
            {t.loadingRows(format.number(soFar))}
          </Text>
        </Group>
      )}
    </Group>
  );
}
