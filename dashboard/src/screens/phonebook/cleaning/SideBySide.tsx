import { Button, Card, Group, Radio, Stack, Text, TextInput } from '@mantine/core';
import { Check } from 'lucide-react';

import type { FieldChoice } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { FieldValue } from '~/shared/contacts/FieldValue';
import { useFieldLabel } from '~/shared/contacts/useFieldLabel';

import { canType, type Decision, isOpen, optionsOf, proposed } from './choices';
import classes from './cleaning.module.css';
import { texts } from './texts';

interface Props {
  ids: readonly string[];
  keep: string;
  onKeep: (id: string) => void;
  fields: readonly FieldChoice[];
  decisions: Readonly<Record<string, Decision>>;
  onDecide: (field: string, decision: Decision) => void;
}

/** What the contacts say, and for each field on which they do not agree, what is to be taken. */
export function SideBySide({ ids, keep, onKeep, fields, decisions, onDecide }: Props) {
  const t = useTexts(texts);
  const label = useFieldLabel();
  const open = fields.filter(isOpen);
  const settled = fields.filter((choice) => !isOpen(choice));
  const names = ids.map((id) => nameOf(fields, id) || '–');
  const called = (id: string) => {
    const n = ids.indexOf(id);
    const name = names[n] ?? '';
    return names.filter((each) => each === name).length > 1 ? `${name} (${n + 1})` : name;
  };
  return (
    <Stack gap="md">
      <div className={classes.people} role="group" aria-label={t.keep}>
        {ids.map((id) => (
          <Card key={id} withBorder padding="sm" className={classes.person} data-kept={id === keep || undefined}>
            <Group justify="space-between" wrap="nowrap" gap="xs">
              <Text fw={600} size="sm" className={classes.name}>
                {called(id)}
              </Text>
              <Button
                size="compact-xs"
                variant={id === keep ? 'filled' : 'default'}
                aria-pressed={id === keep}
                leftSection={id === keep ? <Check size={14} aria-hidden /> : undefined}
                onClick={() => onKeep(id)}
              >
                {id === keep ? t.kept : t.keep}
              </Button>
            </Group>
          </Card>
        ))}
      </div>
      {open.map((choice) => (
        <Question
          key={choice.field}
          choice={choice}
          decision={decisions[choice.field] ?? { key: proposed(choice) }}
          label={label(choice.field)}
          onDecide={(decision) => onDecide(choice.field, decision)}
          called={called}
        />
      ))}
      {settled.length > 0 && (
        <dl className={classes.settled}>
          {settled.map((choice) => (
            <div key={choice.field} className={classes.fact}>
              <Text component="dt" size="sm" c="dimmed">
                {label(choice.field)}
              </Text>
              <dd>
                <FieldValue value={choice.chosen} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </Stack>
  );
}

interface QuestionProps {
  choice: FieldChoice;
  decision: Decision;
  label: string;
  onDecide: (decision: Decision) => void;
  called: (id: string) => string;
}

const OWN = 'own';

function Question({ choice, decision, label, onDecide, called }: QuestionProps) {
  const t = useTexts(texts);
  const isOwn = 'own' in decision;
  return (
    <Radio.Group
      label={label}
      value={isOwn ? OWN : decision.key}
      onChange={(key) => onDecide(key === OWN ? { own: String(choice.chosen ?? '') } : { key })}
      classNames={{ label: classes.legend }}
    >
      <div className={classes.options}>
        {optionsOf(choice).map(({ key, value, contacts }) => (
          <Radio.Card key={key} value={key} className={classes.option}>
            <Group wrap="nowrap" align="flex-start" gap="xs">
              <Radio.Indicator mt={2} />
              <Stack gap={2}>
                <FieldValue value={value} />
                <Text span size="xs" c="dimmed">
                  {contacts.length === 0 ? t.allOfThem : contacts.map(called).join(', ')}
                </Text>
              </Stack>
            </Group>
          </Radio.Card>
        ))}
        {canType(choice.field) && (
          <Radio.Card value={OWN} className={classes.option}>
            <Group wrap="nowrap" align="flex-start" gap="xs">
              <Radio.Indicator mt={2} />
              <Text span size="sm">
                {t.own}
              </Text>
            </Group>
          </Radio.Card>
        )}
      </div>
      {isOwn && (
        <TextInput
          mt="xs"
          autoFocus
          aria-label={t.ownOf(label)}
          value={decision.own}
          onChange={({ currentTarget }) => onDecide({ own: currentTarget.value })}
        />
      )}
    </Radio.Group>
  );
}

/** What a contact calls itself in the fields that are compared. */
function nameOf(fields: readonly FieldChoice[], id: string): string {
  const text = (field: string) => {
    const value = fields.find((each) => each.field === field)?.values.find(({ contact }) => contact === id)?.value;
    return typeof value === 'string' ? value : '';
  };
  const own = text('display_name') || [text('given_name'), text('family_name')].filter(Boolean).join(' ');
  return own || text('organization');
}
