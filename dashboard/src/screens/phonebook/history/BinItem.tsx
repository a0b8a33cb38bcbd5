import { Button, Checkbox, Group, Text } from '@mantine/core';

import type { Binned } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { calledName } from '~/shared/contacts/naming';
import { Ago } from '~/shared/Moment';

import classes from './history.module.css';
import { texts } from './texts';

interface Props {
  binned: Binned;
  isChosen: boolean;
  /** null: whoever looks may not bring anything back. */
  onChoose: ((isIn: boolean) => void) | null;
  onRestore: () => void;
}

/** A deleted contact. */
export function BinItem({ binned, isChosen, onChoose, onRestore }: Props) {
  const t = useTexts(texts);
  const format = useFormat();
  const { contact, deleted_at, actor, purged_at } = binned;
  const name = calledName(contact);
  const about = [contact.organization !== name && contact.organization, contact.numbers[0]?.value].filter(Boolean).join(' · ');
  return (
    <li className={classes.unit}>
      <div className={classes.unitHead}>
        <Group gap="sm" wrap="nowrap" align="flex-start">
          {onChoose && (
            <Checkbox
              aria-label={t.select(name)}
              checked={isChosen}
              onChange={({ currentTarget }) => onChoose(currentTarget.checked)}
              mt={2}
            />
          )}
          <div>
            <Text fw={600} size="sm">
              {name}
            </Text>
            {about && (
              <Text size="sm" c="dimmed">
                {about}
              </Text>
            )}
            <Text size="sm" c="dimmed">
              {t.deletedBy(actor)} <Ago at={deleted_at} />
              {purged_at && ` · ${t.goneOn(format.date(purged_at))}`}
            </Text>
          </div>
        </Group>
        {onChoose && (
          <Button size="compact-sm" variant="default" onClick={onRestore} aria-label={`${t.bringBack}: ${name}`}>
            {t.bringBack}
          </Button>
        )}
      </div>
    </li>
  );
}
