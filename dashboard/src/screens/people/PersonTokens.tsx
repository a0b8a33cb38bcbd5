import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';

import { everyQuery } from '~/api/query';
import { useTexts } from '~/i18n/texts';
import { Loaded } from '~/shared/Loaded';
import { TokenList } from '~/shared/tokens/TokenList';

import { texts } from './texts';

/** What programs act in somebody's name with. */
export function PersonTokens({ userId }: { userId: string }) {
  const t = useTexts(texts);
  const tokens = useQuery(everyQuery('/api/v1/users/{user_id}/tokens', { path: { user_id: userId } }));
  return (
    <Loaded query={tokens}>
      {(all) =>
        all.length > 0 ? (
          <TokenList tokens={all} />
        ) : (
          <Text size="sm" c="dimmed">
            {t.tokensNone}
          </Text>
        )
      }
    </Loaded>
  );
}
