import { Text } from '@mantine/core';
import { Fragment } from 'react';

import type { Contact } from '~/api/types';
import { fieldsIn, valueOf } from '~/shared/contacts/fields';
import { FieldValue } from '~/shared/contacts/FieldValue';
import { useFieldLabel } from '~/shared/contacts/useFieldLabel';

import classes from './panel.module.css';

interface Props {
  contact: Contact;
  services: Readonly<Record<string, string>>;
}

/** A contact for whoever cannot change it. */
export function ReadOnly({ contact, services }: Props) {
  const label = useFieldLabel(services);
  const fields = fieldsIn([contact]).filter((field) => {
    const value = valueOf(contact, field);
    return Array.isArray(value) ? value.length > 0 : Boolean(value);
  });
  return (
    <dl className={classes.facts}>
      {fields.map((field) => (
        <Fragment key={field}>
          <Text component="dt" size="sm" c="dimmed">
            {label(field)}
          </Text>
          <dd>
            <FieldValue value={valueOf(contact, field)} />
          </dd>
        </Fragment>
      ))}
    </dl>
  );
}
