import { expect, test } from 'vitest';

import { curlLine } from './curlLine';

const access = { url: 'https://a.example/phones/x.xml', username: 'pb', password: 'secret', files: [], snippets: [], place: '' };

test('the line fetches as a phone does', () => {
  expect(curlLine(access, 'secret')).toBe('curl -i -u "pb:secret" "https://a.example/phones/x.xml"');
  expect(curlLine(access, '•••')).not.toContain('secret');
});

test('who may not see the password gets a line that asks for it', () => {
  expect(curlLine({ ...access, password: null }, '•••')).toBe('curl -i -u "pb" "https://a.example/phones/x.xml"');
});
