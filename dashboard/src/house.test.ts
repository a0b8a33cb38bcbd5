/** The order of the house: what may import what, and how long a file may be. */
import { expect, test } from 'vitest';

const files = import.meta.glob<string>(['./**/*.{ts,tsx}', '!./api/schema.d.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
});
const MOST_LINES = 300;

/** Every file with the files of ours that it imports, as paths from `src/`. */
const imports = Object.entries(files).map(([file, text]) => {
  const from = file.slice(2);
  const found = [...text.matchAll(/(?:from|import\()\s*'([^']+)'|^import '([^']+)'/gm)].map(([, a, b]) => a ?? b ?? '');
  return { from, to: found.map((path) => resolve(from, path)).filter((path) => path !== null) };
});

function resolve(from: string, path: string): string | null {
  if (path.startsWith('~/')) return path.slice(2);
  return path.startsWith('.') ? new URL(path, `file:///${from}`).pathname.slice(1) : null;
}

/** `screens/phonebook/contacts/Row.tsx` is of the topic `phonebook/contacts`; a frame's own files are of `phonebook`. */
function topicOf(path: string): string | null {
  const [top, topic, part, ...rest] = path.split('/');
  if (top !== 'screens' || !topic) return null;
  const hasParts = topic === 'phonebook' || topic === 'site' || topic === 'installation';
  return hasParts && part && rest.length > 0 ? `${topic}/${part}` : topic;
}

test('screens do not import each other', () => {
  const wrong = imports.flatMap(({ from, to }) => {
    const own = topicOf(from);
    if (own === null) return [];
    const foreign = to.filter((path) => {
      const topic = topicOf(path);
      return topic !== null && topic !== own && !own.startsWith(`${topic}/`);
    });
    return foreign.map((path) => `${from} imports ${path}`);
  });
  expect(wrong).toEqual([]);
});

test('the parts below know nothing of those above them', () => {
  const below: Record<string, RegExp> = {
    api: /^(screens|shell)\//,
    i18n: /^(api|screens|shell)\//,
    shared: /^screens\//,
    shell: /^screens\//,
  };
  const wrong = imports.flatMap(({ from, to }) => {
    const forbidden = below[from.split('/')[0] ?? ''];
    return forbidden ? to.filter((path) => forbidden.test(path)).map((path) => `${from} imports ${path}`) : [];
  });
  expect(wrong).toEqual([]);
});

test('only the API part looks into the generated schema', () => {
  const wrong = imports.filter(({ from, to }) => !from.startsWith('api/') && to.includes('api/schema'));
  expect(wrong.map(({ from }) => from)).toEqual([]);
});

test('files are short', () => {
  const long = Object.entries(files).filter(([, text]) => text.split('\n').length > MOST_LINES + 1);
  expect(long.map(([file]) => file)).toEqual([]);
});

test('nothing is typed as any', () => {
  const wrong = Object.entries(files).filter(([, text]) => /(:|\bas|<|,)\s*any\b(?!\w)/.test(text.replace(/\/\/.*|\/\*[^]*?\*\//g, '')));
  expect(wrong.map(([file]) => file)).toEqual([]);
});

test('nothing is asked of another host', () => {
  const wrong = Object.entries(files).filter(
    ([file, text]) => !file.includes('.test.') && /['"`](https?:)?\/\/[a-z]/.test(text),
  );
  expect(wrong.map(([file]) => file)).toEqual([]);
});
