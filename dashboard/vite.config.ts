import { fileURLToPath } from 'node:url';

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

import { mantineStyles } from './scripts/mantine-styles.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Where `npm run dev` finds a running server. */
const server = process.env['PHONEBOOK_DEV_SERVER'] ?? 'http://127.0.0.1:8000';
const port = Number(process.env['PHONEBOOK_DEV_PORT'] ?? 5173);

export default defineConfig({
  // Assets are found from where they stand; the server writes the path of its public URL into the index.
  base: './',
  plugins: [react(), mantineStyles()],
  resolve: { alias: { '~': here('./src') } },
  html: { cspNonce: 'NONCE' },
  build: {
    outDir: '.build/dist',
    emptyOutDir: true,
    target: 'es2022',
    manifest: 'manifest.json',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  cacheDir: `.build/vite-${port}`,
  server: {
    host: '127.0.0.1',
    port,
    strictPort: true,
    // The server takes cookies only from pages of its own, so it must not notice that this is another port.
    proxy: {
      '/api': { target: server, changeOrigin: true, headers: { origin: server } },
      '/assets': { target: server },
    },
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/testing/setup.ts'],
    restoreMocks: true,
    unstubGlobals: true,
    // A browser for each file takes nine tenths of the time; what a test leaves behind is put away in the setup.
    isolate: false,
  },
});
