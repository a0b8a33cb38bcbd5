import { expect, test } from 'vitest';

const found = import.meta.glob<Record<string, unknown>>('../**/texts.ts', { eager: true });
const dictionaries = Object.entries(found)
  .filter(([, module]) => 'texts' in module)
  .map(([path, module]) => [path, module['texts'] as Record<string, Record<string, unknown>>] as const);

test('there are dictionaries', () => {
  expect(dictionaries.length).toBeGreaterThan(3);
});

test.each(dictionaries)('%s says the same things in both languages', (_, texts) => {
  const { en, de } = texts;
  expect(Object.keys(de ?? {}).sort()).toEqual(Object.keys(en ?? {}).sort());
  for (const [key, text] of Object.entries({ ...en, ...de })) expect(text, key).not.toBe('');
  for (const key of Object.keys(en ?? {})) expect(typeof de?.[key], key).toBe(typeof en?.[key]);
});
