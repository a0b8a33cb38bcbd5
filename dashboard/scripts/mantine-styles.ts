import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import type { Plugin } from 'vite';

const STYLES = join(dirname(createRequire(import.meta.url).resolve('@mantine/core/styles.css')), 'styles');
const CLASSES = /@mantine\/core\/esm\/.*\/(\w+)\.module\.mjs$/;

/**
 * Loads the styles of each Mantine component with the component, so that a page has only those it needs. A component
 * imports what it is made of, so its own styles always come after theirs. While developing, `main.tsx` loads them all.
 */
export function mantineStyles(): Plugin {
  return {
    name: 'mantine-styles',
    apply: 'build',
    transform(code, id) {
      const name = CLASSES.exec(id)?.[1];
      const file = name && join(STYLES, `${name}.css`);
      return file && existsSync(file) ? { code: `import ${JSON.stringify(file)};\n${code}`, map: null } : null;
    },
  };
}
