import { Button, Group, Stack, TextInput } from '@mantine/core';
import { Plus } from 'lucide-react';
import { type FormEvent, useState } from 'react';

import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { NumberHint } from '~/shared/contacts/NumberHint';
import { useNumberChecks } from '~/shared/contacts/useNumberChecks';
import { ProblemBox } from '~/shared/problems/ProblemBox';

import classes from '../guide.module.css';
import { texts } from '../texts';
import { Rejected } from './Rejected';
import { useAdding } from './useAdding';

interface Row {
  name: string;
  number: string;
}

const EMPTY: Row = { name: '', number: '' };
const ROWS: readonly Row[] = [EMPTY, EMPTY, EMPTY];

/** A few contacts, typed: a name and a number in each row. */
export function TypeThem({ phonebookId }: { phonebookId: string }) {
  const t = useTexts(texts);
  const format = useFormat();
  const [rows, setRows] = useState(ROWS);
  const [isAsked, setAsked] = useState(false);
  const adding = useAdding(phonebookId, ({ rejected }) => {
    setAsked(false);
    if (rejected === 0) setRows(ROWS);
  });
  const checks = useNumberChecks(
    phonebookId,
    rows.map(({ number }) => number),
  );
  const isHalf = ({ name, number }: Row) => (name.trim() === '') !== (number.trim() === '');
  const whole = rows.filter(({ name, number }) => name.trim() && number.trim());
  const change = (index: number, change: Partial<Row>) =>
    setRows((before) => before.map((row, each) => (each === index ? { ...row, ...change } : row)));
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (rows.some(isHalf) || whole.length === 0) return;
    adding.mutate({ people: whole.map(({ name, number }) => ({ name: name.trim(), numbers: [number.trim()] })) });
  };
  return (
    <form noValidate onSubmit={onSubmit}>
      <Stack gap="sm">
        <div className={classes.rows}>
          {rows.map((row, index) => {
            const n = format.number(index + 1);
            const problem = isAsked && (isHalf(row) || (whole.length === 0 && index === 0)) ? t.typeBoth : undefined;
            return (
              <div className={classes.row} key={index}>
                <TextInput
                  aria-label={t.typeNameOf(n)}
                  placeholder={t.typeName}
                  autoComplete="off"
                  value={row.name}
                  error={row.name.trim() === '' ? problem : undefined}
                  onChange={(event) => change(index, { name: event.currentTarget.value })}
                />
                <div>
                  <TextInput
                    aria-label={t.typeNumberOf(n)}
                    placeholder={t.typeNumber}
                    autoComplete="off"
                    inputMode="tel"
                    value={row.number}
                    error={row.number.trim() === '' && row.name.trim() !== '' ? problem : undefined}
                    onChange={(event) => change(index, { number: event.currentTarget.value })}
                  />
                  <NumberHint check={checks.get(row.number)} />
                </div>
              </div>
            );
          })}
        </div>
        <Group justify="space-between">
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<Plus size={14} aria-hidden />}
            onClick={() => setRows((before) => [...before, EMPTY])}
          >
            {t.typeMore}
          </Button>
          <Button type="submit" variant="light" loading={adding.isPending}>
            {whole.length > 0 ? t.addCount(format.number(whole.length), whole.length) : t.add}
          </Button>
        </Group>
        <Rejected report={adding.data} />
        {adding.error && <ProblemBox error={adding.error} />}
      </Stack>
    </form>
  );
}
