import { Alert, Group, List, Stack, Switch, Text } from '@mantine/core';
import { TriangleAlert } from 'lucide-react';

import type { ImportPreview, RowProblem } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';

import { texts } from '../texts';
import { damages } from './rows';

const EXAMPLES = 4;

interface Props {
  preview: ImportPreview;
  /** What is just being asked for. */
  wanted: boolean | undefined;
  onRepair: (repair: boolean) => void;
}

/** Numbers that a spreadsheet took for amounts, with the offer to mend those that are certain. */
export function Damaged({ preview, wanted, onRepair }: Props) {
  const t = useTexts(texts);
  const format = useFormat();
  const { all, certain } = damages(preview);
  if (all.length === 0) return null;
  const isOn = wanted ?? preview.repair;
  return (
    <Alert variant="default" icon={<TriangleAlert size={20} aria-hidden color="var(--app-warn)" />}>
      <Stack gap="xs">
        <Text fw={600}>{t.damagedTitle(format.number(all.length), all.length)}</Text>
        <List size="sm" spacing={2} listStyleType="none">
          {all.slice(0, EXAMPLES).map((problem) => (
            <List.Item key={`${problem.line} ${problem.field}`}>
              <Example problem={problem} countedIn={preview.counted_in} />
            </List.Item>
          ))}
        </List>
        {certain.length > 0 && (
          <Switch
            label={(isOn ? t.repairing : t.repair)(format.number(certain.length), certain.length)}
            checked={isOn}
            onChange={({ currentTarget }) => onRepair(currentTarget.checked)}
          />
        )}
        {certain.length < all.length && (
          <Text size="sm">{t.damagedRest}</Text>
        )}
      </Stack>
    </Alert>
  );
}

function Example({ problem, countedIn }: { problem: RowProblem; countedIn: ImportPreview['counted_in'] }) {
  const t = useTexts(texts);
  const { code, value, repaired, line } = problem;
  const about = code === 'lost_plus' || code === 'lost_zero' || code === 'damaged_number' ? t[code] : '';
  return (
    <Group gap="xs">
      <Text span size="sm">
        {t[countedIn](line)}
      </Text>
      <Text span size="sm" ff="monospace">
        {value}
      </Text>
      <Text span size="sm">
        {repaired ? `→ ${repaired}` : about}
      </Text>
    </Group>
  );
}
