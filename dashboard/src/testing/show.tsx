import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, type RenderResult } from '@testing-library/react';
import type { ReactNode } from 'react';

import { type Language, LanguageProvider } from '~/i18n/language';
import { theme } from '~/theme';

/** Render something as the pages do: with theme, language and a query client of its own. */
export function show(what: ReactNode, { language = 'en' }: { language?: Language } = {}): RenderResult {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(
    <MantineProvider theme={theme} env="test">
      <LanguageProvider initial={language}>
        <QueryClientProvider client={client}>{what}</QueryClientProvider>
      </LanguageProvider>
    </MantineProvider>,
  );
}
