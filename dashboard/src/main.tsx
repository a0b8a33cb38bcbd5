import '@mantine/core/styles/baseline.css';
import '@mantine/core/styles/default-css-variables.css';
import '@mantine/core/styles/global.css';
import './styles.css';

import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { ApiProblem } from '~/api/problem';
import { LanguageProvider } from '~/i18n/language';
import { tellFailure } from '~/shared/toasts';
import { colorSchemes } from '~/shell/colorScheme';
import { LateToasts } from '~/shell/LateToasts';
import { reloadAfterUpgrade } from '~/shell/loading';
import { makeQueryClient } from '~/shell/queryClient';

import { makeRouter } from './router';
import { cssVariables, theme } from './theme';

/** What the server's policy lets style elements in by; a new one with each load of the page. */
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
setNonce(nonce);

const queryClient = makeQueryClient(tellFailure);
const router = makeRouter(queryClient);

// While developing nothing is bundled, so the styles are not split either; see scripts/mantine-styles.ts.
if (import.meta.env.DEV) await import('@mantine/core/styles.css');

/** A failed request that a part of the page shows is no fault of the page. */
function onCaughtError(error: unknown) {
  if (!(error instanceof ApiProblem)) console.error(error);
}

window.addEventListener('vite:preloadError', () => void reloadAfterUpgrade());

const place = document.getElementById('root');
if (place) {
  createRoot(place, { onCaughtError }).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariables}
        colorSchemeManager={colorSchemes}
        defaultColorScheme="auto"
        getStyleNonce={() => nonce}
      >
        <LanguageProvider>
          <QueryClientProvider client={queryClient}>
            <LateToasts />
            <RouterProvider router={router} />
          </QueryClientProvider>
        </LanguageProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
