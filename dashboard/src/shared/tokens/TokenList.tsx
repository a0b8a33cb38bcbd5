import { Badge, Code, Group, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';

import { api, sent } from '~/api/client';
import { refresh } from '~/api/query';
import type { ApiToken } from '~/api/types';
import { useFormat } from '~/i18n/format';
import { useTexts } from '~/i18n/texts';
import { Ago } from '~/shared/Moment';
import { type RowAction, RowMenu } from '~/shared/RowMenu';
import { tellDone } from '~/shared/toasts';

import { texts } from './texts';
import classes from './tokens.module.css';
import { useLimits } from './useLimits';

const ConfirmDialog = lazy(() => import('~/shared/ConfirmDialog'));

interface Props {
  tokens: readonly ApiToken[];
  /** What can be done with a token beside revoking it. */
  actionsOf?: (token: ApiToken) => RowAction[];
}

/** API tokens: what each may do, when it was used last and until when it holds. */
export function TokenList({ tokens, actionsOf = () => [] }: Props) {
  const t = useTexts(texts);
  const client = useQueryClient();
  const [revoking, setRevoking] = useState<ApiToken | null>(null);
  const revoke = useMutation({
    mutationFn: ({ id }: ApiToken) =>
      sent(api.DELETE('/api/v1/tokens/{token_id}', { params: { path: { token_id: id } } })),
    meta: { inPlace: true },
    onSuccess: async (_, { name }) => {
      setRevoking(null);
      tellDone(t.revoked(name));
      await Promise.all([refresh(client, '/api/v1/tokens'), refresh(client, '/api/v1/users')]);
    },
  });
  return (
    <ul className={classes.list}>
      {tokens.map((token) => (
        <li key={token.id} className={classes.token}>
          <Group justify="space-between" wrap="nowrap" align="flex-start" gap="xs">
            <TokenFacts token={token} />
            <RowMenu
              of={token.name}
              actions={[
                ...actionsOf(token),
                {
                  label: t.revoke,
                  icon: Trash2,
                  isDestructive: true,
                  onClick: () => {
                    revoke.reset();
                    setRevoking(token);
                  },
                },
              ]}
            />
          </Group>
        </li>
      ))}
      {revoking && (
        <Suspense>
          <ConfirmDialog
            title={t.revokeTitle(revoking.name)}
            confirm={t.revoke}
            isBusy={revoke.isPending}
            problem={revoke.error}
            onClose={() => setRevoking(null)}
            onConfirm={() => revoke.mutate(revoking)}
          >
            {t.revokeAbout}
          </ConfirmDialog>
        </Suspense>
      )}
    </ul>
  );
}

function TokenFacts({ token }: { token: ApiToken }) {
  const t = useTexts(texts);
  const format = useFormat();
  const limits = useLimits();
  const isOver = token.expires_at !== null && new Date(token.expires_at) <= new Date();
  return (
    <div className={classes.facts}>
      <Group gap="xs">
        <Text fw={600} size="sm" className={classes.name}>
          {token.name}
        </Text>
        <Code>{token.prefix}…</Code>
        {isOver && (
          <Badge color="red" variant="light" size="sm" tt="none">
            {t.ended}
          </Badge>
        )}
      </Group>
      <Text size="sm">
        {t.may}: {limits(token)}
      </Text>
      <Text size="sm" c="dimmed">
        {t.used}: {token.used_at === null ? t.never : <Ago at={token.used_at} />}
        {' · '}
        {t.created}: {format.date(token.created_at)}
        {' · '}
        {t.ends}: {token.expires_at === null ? t.endsNever : format.date(token.expires_at)}
      </Text>
    </div>
  );
}
