// Writes src/api/schema.d.ts from .build/openapi.json, which `make` takes from the server.
//
// A value with a default may be left out of a request and is always there in an answer. OpenAPI says the same of both,
// so the answers are told apart here: whatever only answers use has all its defaults filled in.
import { readFile, writeFile } from 'node:fs/promises';

import openapiTS, { astToString } from 'openapi-typescript';

const source = new URL('../.build/openapi.json', import.meta.url);
const target = new URL('../src/api/schema.d.ts', import.meta.url);

const document = JSON.parse(await readFile(source, 'utf8'));
const schemas = document.components.schemas;

function reach(node, found) {
  if (Array.isArray(node)) for (const each of node) reach(each, found);
  else if (node && typeof node === 'object') {
    const name = node.$ref?.startsWith('#/components/schemas/') && node.$ref.split('/').pop();
    if (name && !found.has(name)) {
      found.add(name);
      reach(schemas[name], found);
    }
    for (const value of Object.values(node)) reach(value, found);
  }
  return found;
}

const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
const sent = reach(operations.map(({ requestBody }) => requestBody ?? {}), new Set());
const answered = reach([operations.map(({ responses }) => responses), document.components.responses], new Set());

for (const name of answered) {
  const { properties, required = [] } = schemas[name];
  if (!properties || sent.has(name)) continue;
  const filled = Object.keys(properties).filter((field) => 'default' in properties[field] || required.includes(field));
  schemas[name].required = filled;
}

const ast = await openapiTS(document, { defaultNonNullable: false });
await writeFile(target, `/** Generated from the server's OpenAPI document by \`npm run generate\`. Not to be edited. */\n\n${astToString(ast)}`);
