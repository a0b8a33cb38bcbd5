import { Card, Group, Radio, Stack, Text, Title } from '@mantine/core';
import { ArrowRight } from 'lucide-react';

import { useTexts } from '~/i18n/texts';
import { FieldValue, WasValue } from '~/shared/contacts/FieldValue';
import { useFieldLabel } from '~/shared/contacts/useFieldLabel';

import classes from './resolve.module.css';
import { texts } from './texts';
import { type Choice, type FieldDecision, usualChoice } from './threeWay';

interface Props {
  found: readonly FieldDecision[];
  choices: Readonly<Record<string, Choice>>;
  onChoose: (field: string, choice: Choice) => void;
  services: Readonly<Record<string, string>>;
}

/** The fields that differ: those to be decided first, then what only one of both changed. */
export function Decisions({ found, choices, onChoose, services }: Props) {
  const t = useTexts(texts);
  const both = found.filter(({ by }) => by === 'both');
  const mine = found.filter(({ by }) => by === 'me');
  const theirs = found.filter(({ by }) => by === 'them');
  return (
    <Stack gap="lg">
      {both.length > 0 && (
        <Stack gap="xs">
          <Title order={3}>{t.both}</Title>
          {both.map((decision) => (
            <Conflict
              key={decision.field}
              decision={decision}
              choice={choices[decision.field] ?? usualChoice(decision)}
              onChoose={(choice) => onChoose(decision.field, choice)}
              services={services}
            />
          ))}
        </Stack>
      )}
      {both.length === 0 && theirs.length > 0 && mine.length > 0 && <Text size="sm">{t.disjoint}</Text>}
      <OneSided title={t.onlyYou} found={mine} side="mine" services={services} />
      <OneSided title={t.onlyThem} found={theirs} side="theirs" services={services} />
    </Stack>
  );
}

interface ConflictProps {
  decision: FieldDecision;
  choice: Choice;
  onChoose: (choice: Choice) => void;
  services: Readonly<Record<string, string>>;
}

function Conflict({ decision, choice, onChoose, services }: ConflictProps) {
  const t = useTexts(texts);
  const label = useFieldLabel(services)(decision.field);
  const sides: readonly (readonly [Choice, string, unknown])[] = [
    ['theirs', t.theirs, decision.theirs],
    ['mine', t.yours, decision.mine],
    ...(decision.union === null ? [] : [['union', t.union, decision.union] as const]),
  ];
  return (
    <Radio.Group
      label={label}
      value={choice}
      onChange={(value) => onChoose(value as Choice)}
      classNames={{ label: classes.legend }}
    >
      <div className={classes.sides}>
        {sides.map(([side, title, value]) => (
          <Radio.Card key={side} value={side} className={classes.side}>
            <Group wrap="nowrap" align="flex-start" gap="xs">
              <Radio.Indicator />
              <Stack gap={2}>
                <Text span size="xs" c="dimmed">
                  {title}
                </Text>
                <FieldValue value={value} />
              </Stack>
            </Group>
          </Radio.Card>
        ))}
      </div>
    </Radio.Group>
  );
}

interface OneSidedProps {
  title: string;
  found: readonly FieldDecision[];
  side: 'mine' | 'theirs';
  services: Readonly<Record<string, string>>;
}

function OneSided({ title, found, side, services }: OneSidedProps) {
  const label = useFieldLabel(services);
  if (found.length === 0) return null;
  return (
    <Stack gap="xs">
      <Title order={3}>{title}</Title>
      <Card withBorder padding="sm">
        <Stack gap="xs">
          {found.map((decision) => (
            <div key={decision.field} className={classes.oneSided}>
              <Text size="sm" c="dimmed">
                {label(decision.field)}
              </Text>
              <WasValue value={decision.before} />
              <ArrowRight size={15} aria-hidden />
              <FieldValue value={decision[side]} />
            </div>
          ))}
        </Stack>
      </Card>
    </Stack>
  );
}
