import { Group, Pill, Stack, Text } from '@mantine/core';

import type { ReactNode } from 'react';

import { useTexts } from '~/i18n/texts';

import classes from './contacts.module.css';
import { texts } from './texts';

/** What stands in a field of a contact, as the API writes it: a text, numbers with labels, groups, vendor values. */
export function FieldValue({ value }: { value: unknown }) {
  const t = useTexts(texts);
  if (isNothing(value)) {
    return (
      <Text span size="sm" c="dimmed" fs="italic">
        {t.nothing}
      </Text>
    );
  }
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    if (items.every((item) => typeof item === 'string')) {
      return (
        <Group gap={4}>
          {items.map((group) => (
            <Pill key={group}>{group}</Pill>
          ))}
        </Group>
      );
    }
    return (
      <Stack gap={2}>
        {items.map((item, n) => (
          <Labelled key={n} item={item} />
        ))}
      </Stack>
    );
  }
  if (typeof value === 'object') {
    return (
      <Stack gap={2}>
        {Object.entries(value ?? {}).map(([key, each]) => (
          <Labelled key={key} item={{ label: key, value: each }} />
        ))}
      </Stack>
    );
  }
  return <Words>{typeof value === 'boolean' ? (value ? t.yes : t.no) : String(value)}</Words>;
}

/** What stood in a field before: struck through, as far as there was something. */
export function WasValue({ value }: { value: unknown }) {
  return (
    <div className={isNothing(value) ? undefined : classes.was}>
      <FieldValue value={value} />
    </div>
  );
}

function Labelled({ item }: { item: unknown }) {
  const t = useTexts(texts);
  if (typeof item !== 'object' || item === null || !('value' in item)) return <Words>{JSON.stringify(item)}</Words>;
  const { value } = item;
  const label = 'label' in item && typeof item.label === 'string' ? item.label : '';
  const said = typeof value === 'boolean' ? (value ? t.yes : t.no) : typeof value === 'object' ? JSON.stringify(value) : value;
  return (
    <Words>
      {String(said)}
      {label && (
        <Text span size="sm" c="dimmed">
          {` ${label}`}
        </Text>
      )}
    </Words>
  );
}

function Words({ children }: { children: ReactNode }) {
  return (
    <Text component="div" size="sm" className={classes.value}>
      {children}
    </Text>
  );
}

function isNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
