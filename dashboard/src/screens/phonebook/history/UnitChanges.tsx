import { Anchor, Button, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { ArrowRight } from 'lucide-react';

import { usePages } from '~/api/query';
import type { UnitDetails } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { FieldValue, WasValue } from '~/shared/contacts/FieldValue';
import { useFieldLabel } from '~/shared/contacts/useFieldLabel';
import { Loaded } from '~/shared/Loaded';
import { paths } from '~/shared/paths';
import { texts as common } from '~/shared/texts';

import classes from './history.module.css';
import { texts } from './texts';

type UnitContact = UnitDetails['contacts'][number];

/** The contacts that a unit changed, and what it changed in each. */
export default function UnitChanges({ unitId }: { unitId: string }) {
  const c = useTexts(common);
  const { query } = usePages('/api/v1/units/{unit_id}', { path: { unit_id: unitId }, query: { limit: 20 } });
  return (
    <Loaded query={query}>
      {({ pages }) => (
        <Stack gap="xs" pt="xs">
          {pages
            .flatMap(({ contacts }) => contacts)
            .map((contact) => (
              <Changed key={contact.contact} contact={contact} />
            ))}
          {query.hasNextPage && (
            <Button
              size="xs"
              variant="default"
              loading={query.isFetchingNextPage}
              onClick={() => void query.fetchNextPage()}
              className={classes.more}
            >
              {c.more}
            </Button>
          )}
        </Stack>
      )}
    </Loaded>
  );
}

function Changed({ contact }: { contact: UnitContact }) {
  const t = useTexts(texts);
  const label = useFieldLabel();
  const { change } = contact;
  const isNew = change === 'created';
  return (
    <div>
      <Text size="sm">
        {contact.is_deleted ? (
          <>
            {contact.name}{' '}
            <Text span size="sm" c="dimmed">
              ({t.isDeleted})
            </Text>
          </>
        ) : (
          <Anchor component={Link} to={paths.contact(contact.phonebook_id, contact.contact)} size="sm">
            {contact.name}
          </Anchor>
        )}
      </Text>
      {!isNew &&
        contact.changes.map(({ field, before, after }) => (
          <div key={field} className={classes.change}>
            <Text size="sm" c="dimmed">
              {label(field)}
            </Text>
            <WasValue value={before} />
            <ArrowRight size={14} aria-hidden />
            <FieldValue value={after} />
          </div>
        ))}
    </div>
  );
}
