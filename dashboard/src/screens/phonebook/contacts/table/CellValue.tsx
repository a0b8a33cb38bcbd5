import { Anchor, Tooltip } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { BookOpen, Link2 } from 'lucide-react';

import type { Contact } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { calledName } from '~/shared/contacts/naming';
import { paths } from '~/shared/paths';

import { texts } from '../texts';
import type { ColumnId } from './columns';
import classes from './table.module.css';

interface Props {
  contact: Contact;
  column: ColumnId;
  isNarrow: boolean;
  /** What the phonebook of an included contact is called. */
  home: string | undefined;
  onOpen: (contact: Contact) => void;
}

/** What stands in a cell. */
export function CellValue({ contact, column, isNarrow, home, onOpen }: Props) {
  if (column === 'name') return <Name contact={contact} isNarrow={isNarrow} home={home} onOpen={onOpen} />;
  if (column === 'updated') return <Changed at={contact.updated_at} />;
  if (column === 'groups') return <Groups groups={contact.groups} />;
  if (column === 'numbers' || column === 'emails') return <Listed items={contact[column]} />;
  const text = contact[column];
  return <span title={text.length > 24 ? text : undefined}>{text}</span>;
}

function Name({ contact, isNarrow, home, onOpen }: Omit<Props, 'column'>) {
  const t = useTexts(texts);
  const name = calledName(contact);
  const second = isNarrow && contact.organization !== name ? contact.organization : '';
  return (
    <span className={classes.name}>
      <span className={classes.names}>
        <button type="button" tabIndex={-1} className={classes.open} onClick={() => onOpen(contact)} title={name}>
          {name}
        </button>
        {second && <span className={classes.second}>{second}</span>}
      </span>
      {contact.included && (
        <Tooltip label={home === undefined ? t.fromElsewhere : t.from(home)}>
          <Anchor
            component={Link}
            to={paths.contact(contact.phonebook_id, contact.id)}
            tabIndex={-1}
            size="xs"
            className={classes.origin}
            aria-label={`${name}, ${home === undefined ? t.fromElsewhere : t.from(home)}`}
          >
            <BookOpen size={13} aria-hidden />
            <span className={classes.originName}>{home}</span>
          </Anchor>
        </Tooltip>
      )}
      {contact.source_id && !contact.included && (
        <Tooltip label={t.kept}>
          <span className={classes.origin}>
            <Link2 size={14} role="img" aria-label={t.kept} />
          </span>
        </Tooltip>
      )}
    </span>
  );
}

/** When it was changed; without a clock of its own, as there are many of it and they are drawn often. */
function Changed({ at }: { at: string }) {
  const format = useFormat();
  return (
    <time dateTime={at} title={format.moment(at)}>
      {format.ago(at)}
    </time>
  );
}

function Listed({ items }: { items: readonly { value: string; label: string }[] }) {
  const [first] = items;
  if (first === undefined) return null;
  return (
    <span className={classes.listed} title={items.map(({ value, label }) => `${value} ${label}`.trim()).join('\n')}>
      <span className={classes.listedFirst}>{first.value}</span>
      {items.length > 1 && (
        <span className={classes.more}>+{items.length - 1}</span>
      )}
    </span>
  );
}

function Groups({ groups }: { groups: readonly string[] }) {
  const [first] = groups;
  if (first === undefined) return null;
  return (
    <span className={classes.listed} title={groups.join('\n')}>
      <span className={classes.group}>{first}</span>
      {groups.length > 1 && (
        <span className={classes.more}>+{groups.length - 1}</span>
      )}
    </span>
  );
}
