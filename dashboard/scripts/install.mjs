// Puts what was built, and the same compressed, where the server takes it from. The index comes last and what is old goes
// after it, so that a server that runs meanwhile never has half of it.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

const built = new URL('../.build/dist/', import.meta.url);
const target = new URL('../../packages/phonebook-server/src/phonebook_server/web/dashboard/', import.meta.url);
const COMPRESSED = /\.(js|css|svg)$/;

await mkdir(new URL('assets/', target), { recursive: true });
const names = await readdir(new URL('assets/', built));
const kept = new Set();
for (const name of names) {
  const content = await readFile(new URL(`assets/${name}`, built));
  await writeFile(new URL(`assets/${name}`, target), content);
  kept.add(name);
  if (COMPRESSED.test(name)) {
    await writeFile(new URL(`assets/${name}.gz`, target), gzipSync(content, { level: 9 }));
    kept.add(`${name}.gz`);
  }
}
await writeFile(new URL('index.html', target), await readFile(new URL('index.html', built)));
for (const name of await readdir(new URL('assets/', target))) {
  if (!kept.has(name)) await rm(new URL(`assets/${name}`, target));
}
