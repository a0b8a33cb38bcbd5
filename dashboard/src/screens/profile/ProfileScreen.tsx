import { Tabs } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type ComponentType, lazy, Suspense } from 'react';

import { useAccount } from '~/api/account';
import { useTexts } from '~/i18n/texts';
import { LoadingLines } from '~/shared/Loaded';
import { PageHeader } from '~/shared/PageHeader';
import { paths } from '~/shared/paths';
import { useOptionalParam } from '~/shared/route';

import classes from './profile.module.css';
import { texts } from './texts';

const PARTS = ['you', 'signIn', 'tokens', 'notifications'] as const;
type Part = (typeof PARTS)[number];

const BODIES: Record<Part, ComponentType> = {
  you: lazy(() => import('./you/YouPart')),
  signIn: lazy(() => import('./sign-in/SignInPart')),
  tokens: lazy(() => import('./tokens/TokensPart')),
  notifications: lazy(() => import('./notifications/NotificationsPart')),
};

/** The address of each part. */
const SLUGS: Record<Part, string> = { you: '', signIn: 'sign-in', tokens: 'tokens', notifications: 'notifications' };

/** What is one's own: name and looks, how one signs in, tokens, notifications. */
export default function ProfileScreen() {
  const t = useTexts(texts);
  const { email } = useAccount();
  const slug = useOptionalParam('part') ?? '';
  const navigate = useNavigate();
  const open = PARTS.find((part) => SLUGS[part] === slug) ?? 'you';
  return (
    <>
      <PageHeader title={t.title} about={email} />
      <Tabs
        value={open}
        onChange={(part) => void navigate({ to: [paths.profile, SLUGS[part as Part]].filter(Boolean).join('/') })}
        activateTabWithKeyboard={false}
      >
        <Tabs.List aria-label={t.parts} mb="md" className={classes.tabs}>
          {PARTS.map((part) => (
            <Tabs.Tab key={part} value={part}>
              {t[part]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {PARTS.map((part) => {
          const Body = BODIES[part];
          return (
            <Tabs.Panel key={part} value={part} className={classes.panel}>
              {part === open && (
                <Suspense fallback={<LoadingLines />}>
                  <Body />
                </Suspense>
              )}
            </Tabs.Panel>
          );
        })}
      </Tabs>
    </>
  );
}
