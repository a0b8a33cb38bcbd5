import { Code } from '@mantine/core';
import { Fragment } from 'react';

/** The server's own words, in English; what stands between backticks is code. */
export function Marked({ text }: { text: string }) {
  return (
    <span lang="en">
      {text.split('`').map((part, index) => (
        <Fragment key={index}>{index % 2 === 1 ? <Code>{part}</Code> : part}</Fragment>
      ))}
    </span>
  );
}
