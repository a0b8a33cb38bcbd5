import { Select, Stack, Switch, TextInput, Title } from '@mantine/core';
import { useState } from 'react';

import type { ImportChange, ImportPreview } from '~/api/types';
import { useTexts } from '~/i18n/texts';

import classes from '../import.module.css';
import { texts } from '../texts';

/** The encodings that people meet; another one that the server found is added. */
const ENCODINGS: readonly (readonly [string, string])[] = [
  ['utf-8', 'Unicode (UTF-8)'],
  ['utf-16', 'Unicode (UTF-16)'],
  ['cp1252', 'Windows-1252'],
  ['iso8859-1', 'ISO 8859-1 (Latin 1)'],
  ['iso8859-15', 'ISO 8859-15 (Latin 9)'],
  ['cp850', 'DOS 850'],
  ['cp437', 'DOS 437'],
  ['mac-roman', 'Mac Roman'],
  ['cp1250', 'Windows-1250'],
  ['iso8859-2', 'ISO 8859-2 (Latin 2)'],
  ['cp1251', 'Windows-1251'],
  ['koi8-r', 'KOI8-R'],
  ['cp1253', 'Windows-1253'],
  ['cp1254', 'Windows-1254'],
  ['shift_jis', 'Shift JIS'],
  ['gb18030', 'GB 18030'],
  ['big5', 'Big5'],
  ['euc_kr', 'EUC-KR'],
];

interface Props {
  preview: ImportPreview;
  change: (change: ImportChange) => void;
  /** What is just being asked for. */
  wanted: ImportChange | undefined;
}

/** How a file was read, and how it should have been. Formats that say so themselves have nothing to choose. */
export function ReadingOptions({ preview, change, wanted }: Props) {
  const t = useTexts(texts);
  const isCsv = preview.format === 'csv';
  const isWorkbook = preview.format === 'xlsx';
  if (!isCsv && !isWorkbook) return null;
  const encoding = wanted?.encoding ?? preview.encoding;
  const delimiter = wanted?.delimiter ?? preview.delimiter;
  const encodings = ENCODINGS.map(([value, label]) => ({ value, label }));
  if (!encodings.some(({ value }) => value === encoding)) encodings.unshift({ value: encoding, label: encoding });
  const delimiters = [
    { value: ',', label: t.comma },
    { value: ';', label: t.semicolon },
    { value: '\t', label: t.tab },
    { value: '|', label: t.pipe },
  ];
  if (!delimiters.some(({ value }) => value === delimiter)) delimiters.push({ value: delimiter, label: t.other(delimiter) });
  return (
    <Stack gap="xs">
      <Title order={3}>{t.howRead}</Title>
      <div className={classes.reading}>
        {isCsv && (
          <>
            <Select
              label={t.encoding}
              data={encodings}
              value={encoding}
              onChange={(value) => value && change({ encoding: value })}
              allowDeselect={false}
              searchable
            />
            <Select
              label={t.delimiter}
              data={delimiters}
              value={delimiter}
              onChange={(value) => value && change({ delimiter: value })}
              allowDeselect={false}
            />
          </>
        )}
        {isWorkbook && <Sheet key={preview.sheet} sheet={preview.sheet} onChange={(sheet) => change({ sheet })} />}
        <Switch
          label={t.hasHeader}
          checked={wanted?.has_header ?? preview.has_header}
          onChange={({ currentTarget }) => change({ has_header: currentTarget.checked })}
          mb={8}
        />
      </div>
    </Stack>
  );
}

function Sheet({ sheet, onChange }: { sheet: string; onChange: (sheet: string) => void }) {
  const t = useTexts(texts);
  const [typed, setTyped] = useState(sheet);
  const take = () => typed !== sheet && onChange(typed);
  return (
    <TextInput
      label={t.sheet}
      value={typed}
      onChange={({ currentTarget }) => setTyped(currentTarget.value)}
      onBlur={take}
      onKeyDown={(event) => event.key === 'Enter' && take()}
    />
  );
}
