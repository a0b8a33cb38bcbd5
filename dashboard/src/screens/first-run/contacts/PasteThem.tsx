import { Button, Stack, Text, Textarea } from '@mantine/core';
import { useMemo, useState } from 'react';

import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { ProblemBox } from '~/shared/problems/ProblemBox';

import classes from '../guide.module.css';
import { texts } from '../texts';
import { type Person, readPasted } from './people';
import { Rejected } from './Rejected';
import { useAdding } from './useAdding';

const SHOWN = 50;
const UNREAD = 5;

/** A list, pasted from anywhere; what was understood is shown before it is added. */
export function PasteThem({ phonebookId }: { phonebookId: string }) {
  const t = useTexts(texts);
  const format = useFormat();
  const [text, setText] = useState('');
  const { people, unread } = useMemo(() => readPasted(text), [text]);
  const adding = useAdding(phonebookId, ({ rejected }) => {
    if (rejected === 0) setText('');
  });
  return (
    <Stack gap="sm">
      <Textarea
        label={t.pasteLabel}
        description={t.pasteAbout}
        placeholder={t.pastePlaceholder}
        rows={6}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {people.length > 0 && (
        <>
          <Text size="sm" fw={600} role="status">
            {t.pasteFound(format.number(people.length), people.length)}
          </Text>
          <People people={people} />
        </>
      )}
      {unread.length > 0 && (
        <div>
          <Text size="sm" c="var(--app-warn)">
            {t.pasteUnread(format.number(unread.length), unread.length)}
          </Text>
          <ul className={classes.unread}>
            {unread.slice(0, UNREAD).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </div>
      )}
      <Button
        variant="light"
        className={classes.start}
        disabled={people.length === 0}
        loading={adding.isPending}
        onClick={() => adding.mutate({ people })}
      >
        {people.length > 0 ? t.addCount(format.number(people.length), people.length) : t.add}
      </Button>
      <Rejected report={adding.data} />
      {adding.error && <ProblemBox error={adding.error} />}
    </Stack>
  );
}

/** The first of the people, each with the numbers. */
export function People({ people }: { people: readonly Person[] }) {
  const t = useTexts(texts);
  return (
    <ul className={classes.found} tabIndex={0} aria-label={t.contacts}>
      {people.slice(0, SHOWN).map(({ name, numbers }, index) => (
        <li key={`${index} ${name}`}>
          <span>{name}</span>
          <Text span size="sm" c="dimmed">
            {numbers.join(', ')}
          </Text>
        </li>
      ))}
    </ul>
  );
}
