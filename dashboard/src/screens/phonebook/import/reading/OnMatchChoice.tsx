import { Group, Radio, Stack, Text, Title } from '@mantine/core';

import type { OnMatch } from '~/api/types';
import { useTexts } from '~/i18n/texts';

import classes from '../import.module.css';
import { texts } from '../texts';

/** What becomes of contacts that are there already, in plain words. */
export function OnMatchChoice({ value, onChange }: { value: OnMatch; onChange: (value: OnMatch) => void }) {
  const t = useTexts(texts);
  const choices: readonly (readonly [OnMatch, string, string])[] = [
    ['update', t.update, t.updateAbout],
    ['keep', t.keep, t.keepAbout],
    ['replace', t.replace, t.replaceAbout],
    ['skip', t.skip, t.skipAbout],
  ];
  return (
    <Stack gap="xs">
      <Title order={3}>{t.onMatch}</Title>
      <Text size="sm" c="dimmed">
        {t.onMatchAbout}
      </Text>
      <Radio.Group aria-label={t.onMatch} value={value} onChange={(next) => onChange(next as OnMatch)}>
        <div className={classes.choices}>
          {choices.map(([choice, title, about]) => (
            <Radio.Card key={choice} value={choice} className={classes.choice}>
              <Group wrap="nowrap" align="flex-start" gap="xs">
                <Radio.Indicator mt={2} />
                <div>
                  <Text size="sm" fw={600}>
                    {title}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {about}
                  </Text>
                </div>
              </Group>
            </Radio.Card>
          ))}
        </div>
      </Radio.Group>
    </Stack>
  );
}
