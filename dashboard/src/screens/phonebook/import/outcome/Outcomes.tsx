import { Button, Stack, Text } from '@mantine/core';
import { useState } from 'react';

import type { ImportPreview, RowOutcome } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';

import classes from '../import.module.css';
import { texts } from '../texts';
import { OutcomeRow } from './OutcomeRow';
import { OUTCOMES, rowsWith } from './rows';

const MOST = 200;

/** How many rows do what, and which they are; a click on a number shows only those. */
export function Outcomes({ preview }: { preview: ImportPreview }) {
  const t = useTexts(texts);
  const format = useFormat();
  const [only, setOnly] = useState<RowOutcome | null>(null);
  if (preview.read === 0) return <Text c="dimmed">{t.nothingInside}</Text>;
  const rows = rowsWith(preview, only).slice(0, MOST);
  const count = only === null ? preview.read : preview[only];
  return (
    <Stack gap="sm">
      <div className={classes.counts} role="group" aria-label={t.happens}>
        <Count word={t.all} count={format.number(preview.read)} isOn={only === null} onClick={() => setOnly(null)} />
        {OUTCOMES.filter((outcome) => preview[outcome] > 0 || outcome === only).map((outcome) => (
          <Count
            key={outcome}
            word={t[outcome]}
            count={format.number(preview[outcome])}
            isOn={only === outcome}
            onClick={() => setOnly(outcome)}
          />
        ))}
      </div>
      {rows.length === 0 ? (
        <Text size="sm" c="dimmed">
          {count === 0 ? t.noneOf : t.noneShown}
        </Text>
      ) : (
        <ul className={classes.rows} tabIndex={0} aria-label={t.happens}>
          {rows.map((row) => (
            <OutcomeRow key={row.line} row={row} countedIn={preview.counted_in} />
          ))}
        </ul>
      )}
      {rows.length < count && rows.length > 0 && (
        <Text size="sm" c="dimmed">
          {t.firstRows(format.number(rows.length), format.number(count))}
        </Text>
      )}
    </Stack>
  );
}

function Count({ word, count, isOn, onClick }: { word: string; count: string; isOn: boolean; onClick: () => void }) {
  return (
    <Button size="compact-sm" variant={isOn ? 'filled' : 'default'} aria-pressed={isOn} onClick={onClick}>
      {`${word} ${count}`}
    </Button>
  );
}
