import { Button, Stack, Text } from '@mantine/core';

import { useTexts } from '~/i18n/texts';
import { ProblemBox } from '~/shared/problems/ProblemBox';

import classes from '../guide.module.css';
import { texts } from '../texts';
import { People } from './PasteThem';
import { samplesFor } from './samples';
import { useAdding } from './useAdding';

/** A few invented people, for whoever only wants to see it work. */
export function SampleThem({ phonebookId, region }: { phonebookId: string; region: string }) {
  const t = useTexts(texts);
  const people = samplesFor(region);
  const adding = useAdding(phonebookId);
  return (
    <Stack gap="sm">
      <Text size="sm">{t.sampleAbout}</Text>
      <People people={people} />
      <Button
        variant="light"
        className={classes.start}
        loading={adding.isPending}
        onClick={() => adding.mutate({ people, group: t.sampleGroup })}
      >
        {t.sampleAdd}
      </Button>
      {adding.error && <ProblemBox error={adding.error} />}
    </Stack>
  );
}
