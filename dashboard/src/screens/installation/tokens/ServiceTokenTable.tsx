import { Card, Code, Table, Text, VisuallyHidden } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';

import { api, sent } from '~/api/client';
import { refresh } from '~/api/query';
import type { ServiceToken } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { Ago } from '~/shared/Moment';
import { RowMenu } from '~/shared/RowMenu';
import { texts as common } from '~/shared/texts';
import { tellDone } from '~/shared/toasts';
import { texts as words } from '~/shared/tokens/texts';

import { texts } from './texts';

const ConfirmDialog = lazy(() => import('~/shared/ConfirmDialog'));

export function ServiceTokenTable({ tokens }: { tokens: readonly ServiceToken[] }) {
  const t = useTexts(texts);
  const w = useTexts(words);
  const c = useTexts(common);
  const client = useQueryClient();
  const [revoking, setRevoking] = useState<ServiceToken | null>(null);
  const revoke = useMutation({
    mutationFn: ({ id }: ServiceToken) =>
      sent(api.DELETE('/api/v1/service-tokens/{service_token_id}', { params: { path: { service_token_id: id } } })),
    meta: { inPlace: true },
    onSuccess: (_, { slug }) => {
      setRevoking(null);
      tellDone(t.revoked(slug));
      return refresh(client, '/api/v1/service');
    },
  });
  const ask = (token: ServiceToken) => {
    revoke.reset();
    setRevoking(token);
  };
  return (
    <Card withBorder padding={0}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t.service}</Table.Th>
            <Table.Th>{w.token}</Table.Th>
            <Table.Th visibleFrom="sm">{w.created}</Table.Th>
            <Table.Th>{w.used}</Table.Th>
            <Table.Th w={48}>
              <VisuallyHidden>{c.actions}</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tokens.map((token) => (
            <Table.Tr key={token.id}>
              <Table.Td>
                <Text size="sm" fw={600}>
                  {token.slug}
                </Text>
              </Table.Td>
              <Table.Td>
                <Code>{token.prefix}…</Code>
              </Table.Td>
              <Table.Td visibleFrom="sm">
                <Ago at={token.created_at} />
              </Table.Td>
              <Table.Td>{token.used_at === null ? w.never : <Ago at={token.used_at} />}</Table.Td>
              <Table.Td>
                <RowMenu
                  of={`${token.slug} ${token.prefix}`}
                  actions={[{ label: w.revoke, icon: Trash2, isDestructive: true, onClick: () => ask(token) }]}
                />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {revoking && (
        <Suspense>
          <ConfirmDialog
            title={t.revokeTitle(revoking.slug, revoking.prefix)}
            confirm={w.revoke}
            isBusy={revoke.isPending}
            problem={revoke.error}
            onClose={() => setRevoking(null)}
            onConfirm={() => revoke.mutate(revoking)}
          >
            {t.revokeAbout}
          </ConfirmDialog>
        </Suspense>
      )}
    </Card>
  );
}
