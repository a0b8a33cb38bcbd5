import { useEffect, useReducer } from 'react';

import { useFormat } from '~/i18n/format';

/** How long ago something was; the exact moment when pointed at. It keeps itself right. */
export function Ago({ at }: { at: string }) {
  const format = useFormat();
  const [, tick] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(tick, 60_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={at} title={format.moment(at)}>
      {format.ago(at)}
    </time>
  );
}

/** The exact moment. */
export function Moment({ at }: { at: string }) {
  return <time dateTime={at}>{useFormat().moment(at)}</time>;
}
