import { ActionIcon, Autocomplete, Button, Group, Stack, TextInput } from '@mantine/core';
import { ArrowUp, Plus, X } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';

import { useTexts } from '~/i18n/texts';
import { useUsualLabels } from '~/shared/contacts/useUsualLabels';

import { type Line, newLine } from './draft';
import classes from './panel.module.css';
import { texts } from './texts';

interface Props {
  legend: string;
  type: 'tel' | 'email';
  lines: readonly Line[];
  onChange: (lines: Line[]) => void;
  /** What one line is called. */
  name: (n: number) => string;
  add: string;
  /** What is wrong with a line, by its place among those that are filled in. */
  error: (place: number, part: 'value' | 'label') => string | undefined;
  hint?: (line: Line, id: string) => ReactNode;
}

/** Numbers or addresses: each a value with a label, in an order that phones keep. */
export function LinesField({ legend, type, lines, onChange, name, add, error, hint }: Props) {
  const t = useTexts(texts);
  const labels = useUsualLabels();
  const box = useRef<HTMLFieldSetElement>(null);
  const added = useRef<string | null>(null);
  useEffect(() => {
    if (added.current) box.current?.querySelector<HTMLInputElement>(`[data-line="${added.current}"] input`)?.focus();
    added.current = null;
  });
  const put = (key: string, change: Partial<Line>) =>
    onChange(lines.map((line) => (line.key === key ? { ...line, ...change } : line)));
  const append = () => {
    const line = newLine();
    added.current = line.key;
    onChange([...lines, line]);
  };
  const raise = (n: number) => {
    const next = [...lines];
    const [line] = next.splice(n, 1);
    if (line) next.splice(n - 1, 0, line);
    onChange(next);
  };
  let place = -1;
  return (
    <fieldset ref={box} className={classes.lines}>
      <legend className={classes.legend}>{legend}</legend>
      <Stack gap="xs">
        {lines.map((line, n) => {
          if (line.value.trim()) place += 1;
          const title = name(n + 1);
          const hintId = `hint-${line.key}`;
          return (
            <div key={line.key} data-line={line.key}>
              <Group gap={6} wrap="nowrap" align="flex-start">
                <TextInput
                  type={type}
                  aria-label={title}
                  aria-describedby={hint ? hintId : undefined}
                  placeholder={title}
                  className={classes.value}
                  value={line.value}
                  error={error(place, 'value')}
                  onChange={({ currentTarget }) => put(line.key, { value: currentTarget.value })}
                />
                <Autocomplete
                  aria-label={t.label(title)}
                  placeholder={t.labelShort}
                  className={classes.label}
                  data={labels}
                  openOnFocus={false}
                  value={line.label}
                  error={error(place, 'label')}
                  onChange={(label) => put(line.key, { label })}
                />
                {lines.length > 1 && n === 0 && <span className={classes.thin} />}
                {n > 0 && (
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    size="input-sm"
                    aria-label={t.up(line.value || title)}
                    onClick={() => raise(n)}
                    className={classes.thin}
                  >
                    <ArrowUp size={16} aria-hidden />
                  </ActionIcon>
                )}
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size="input-sm"
                  aria-label={t.remove(line.value || title)}
                  onClick={() => onChange(lines.filter(({ key }) => key !== line.key))}
                  className={classes.thin}
                >
                  <X size={16} aria-hidden />
                </ActionIcon>
              </Group>
              {hint?.(line, hintId)}
            </div>
          );
        })}
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<Plus size={15} aria-hidden />}
          className={classes.add}
          onClick={append}
        >
          {add}
        </Button>
      </Stack>
    </fieldset>
  );
}
