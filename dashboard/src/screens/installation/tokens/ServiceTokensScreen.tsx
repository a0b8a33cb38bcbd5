import { Button, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';

import { everyQuery } from '~/api/query';
import { useTexts } from '~/i18n/texts';
import { EmptyState } from '~/shared/EmptyState';
import { Loaded } from '~/shared/Loaded';
import { PageHeader } from '~/shared/PageHeader';

import { ServiceTokenTable } from './ServiceTokenTable';
import { texts } from './texts';

const ServiceTokenDialog = lazy(() => import('./ServiceTokenDialog'));

export default function ServiceTokensScreen() {
  const t = useTexts(texts);
  const tokens = useQuery(everyQuery('/api/v1/service-tokens'));
  const [isMaking, setMaking] = useState(false);
  const create = (
    <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setMaking(true)}>
      {t.create}
    </Button>
  );
  return (
    <>
      <PageHeader title={t.title} about={t.about} actions={create} />
      <Loaded query={tokens}>
        {(all) =>
          all.length > 0 ? (
            <Stack gap="sm">
              <ServiceTokenTable tokens={all} />
              <Text size="sm" c="dimmed">
                {t.rotate}
              </Text>
            </Stack>
          ) : (
            <EmptyState icon={KeyRound} title={t.emptyTitle}>
              {t.empty}
            </EmptyState>
          )
        }
      </Loaded>
      {isMaking && (
        <Suspense>
          <ServiceTokenDialog onClose={() => setMaking(false)} />
        </Suspense>
      )}
    </>
  );
}
