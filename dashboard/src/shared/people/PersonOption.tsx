import { Text } from '@mantine/core';

import type { User } from '~/api/types';

/** Somebody in a list of suggestions: by name, with the address below. */
export function PersonOption({ person, email }: { person: User | undefined; email: string }) {
  return (
    <div>
      <Text size="sm">{person?.name || email}</Text>
      {person?.name && (
        <Text size="xs" c="dimmed">
          {email}
        </Text>
      )}
    </div>
  );
}
