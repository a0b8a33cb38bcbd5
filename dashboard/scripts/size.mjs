// Fails when somebody's first load is larger than it may be: everything the index asks for, the frame of the pages after
// sign-in, and the largest screen.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const MOST = 250 * 1024;
const built = new URL('../.build/dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('manifest.json', built), 'utf8'));

const weigh = (file) => gzipSync(readFileSync(new URL(file, built)), { level: 9 }).length;

function needed(keys, found = new Set()) {
  for (const key of keys) {
    const chunk = manifest[key];
    if (found.has(chunk.file)) continue;
    found.add(chunk.file);
    for (const file of chunk.css ?? []) found.add(file);
    needed(chunk.imports ?? [], found);
  }
  return found;
}

const sum = (files) => [...files].reduce((total, file) => total + weigh(file), 0);
const keyOf = (end) => Object.keys(manifest).find((key) => key.endsWith(end));
const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);

/** What is around a screen: nothing before sign-in, else the frame, and the one with the tabs. */
function around(key) {
  if (key.includes('/way-in/')) return [entry];
  const topic = /screens\/(site|phonebook)\/./.exec(key)?.[1];
  const tabs = topic && keyOf(topic === 'site' ? 'SiteFrame.tsx' : 'PhonebookFrame.tsx');
  return [entry, keyOf('shell/Frame.tsx'), ...(tabs ? [tabs] : [])];
}

const index = weigh('index.html');
const screens = Object.keys(manifest)
  .filter((key) => /(Screen|Tab)\.tsx$/.test(key) && manifest[key].isDynamicEntry)
  .map((key) => [key, index + sum(needed([...around(key), key]))])
  .sort(([, a], [, b]) => b - a);

const kib = (bytes) => `${(bytes / 1024).toFixed(1).padStart(7)} KiB`;
for (const [key, total] of screens) console.log(`${kib(total)}  ${key}`);
const largest = screens[0][1];
if (largest > MOST) {
  console.error(`The first load is ${kib(largest).trim()} gzip, and may be ${kib(MOST).trim()}. Load something later.`);
  process.exit(1);
}
