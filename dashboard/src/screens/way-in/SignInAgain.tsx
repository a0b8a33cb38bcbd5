import { Button, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

import { useTexts } from '~/i18n/texts';
import { paths } from '~/shared/paths';

import { texts } from './texts';

/** It is done, and ended every session that there was. Leads on without the link's secret in the history. */
export function SignInAgain({ said }: { said: string }) {
  const t = useTexts(texts);
  const client = useQueryClient();
  return (
    <Stack role="status">
      <Text>{said}</Text>
      <Button component={Link} to={paths.signIn} replace onClick={() => client.clear()}>
        {t.signIn}
      </Button>
    </Stack>
  );
}
