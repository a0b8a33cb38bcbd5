import { Anchor, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { KeyRound, Plus, RefreshCw } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';

import { BASE } from '~/api/client';
import { everyQuery } from '~/api/query';
import type { ApiToken } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { EmptyState } from '~/shared/EmptyState';
import { Loaded } from '~/shared/Loaded';
import { TokenList } from '~/shared/tokens/TokenList';

import { Section } from '../Section';
import { texts as frame } from '../texts';
import { texts } from './texts';

const TokenDialog = lazy(() => import('./TokenDialog'));
const RotateDialog = lazy(() => import('./RotateDialog'));

/** What programs use the API with in one's name. */
export default function TokensPart() {
  const t = useTexts(texts);
  const f = useTexts(frame);
  const tokens = useQuery(everyQuery('/api/v1/tokens'));
  const [isMaking, setMaking] = useState(false);
  const [rotating, setRotating] = useState<ApiToken | null>(null);
  const make = (
    <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setMaking(true)}>
      {t.tokenNew}
    </Button>
  );
  const isOver = ({ expires_at }: ApiToken) => expires_at !== null && new Date(expires_at) <= new Date();
  return (
    <>
      <Loaded query={tokens}>
        {(all) =>
          all.length === 0 ? (
            <EmptyState icon={KeyRound} title={t.tokensEmptyTitle} actions={make}>
              {t.tokensAbout} {t.tokensEmpty}
            </EmptyState>
          ) : (
            <Section
              title={f.tokens}
              action={make}
              about={
                <>
                  {t.tokensAbout}{' '}
                  <Anchor href={`${BASE}/api/v1/docs`} size="sm" underline="always">
                    {t.tokensDocs}
                  </Anchor>
                </>
              }
            >
              <TokenList
                tokens={all}
                actionsOf={(token) =>
                  isOver(token) ? [] : [{ label: t.rotate, icon: RefreshCw, onClick: () => setRotating(token) }]
                }
              />
            </Section>
          )
        }
      </Loaded>
      <Suspense>
        {isMaking && <TokenDialog onClose={() => setMaking(false)} />}
        {rotating && <RotateDialog token={rotating} onClose={() => setRotating(null)} />}
      </Suspense>
    </>
  );
}
