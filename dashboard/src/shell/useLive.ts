import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { BASE } from '~/api/client';
import { concerns, type LiveEvent, readEvent } from '~/api/live';

export type LiveState = { kind: 'connecting' } | { kind: 'live' } | { kind: 'reconnecting' } | { kind: 'stale'; since: Date };

const PATIENCE_MS = 8_000;
/** A browser has few connections to a server; a page that nobody looks at gives its one back. */
const HIDDEN_MS = 60_000;
const RETRY_MS = 5_000;
/** Events that come in one go are acted upon in one go, as those of an import. */
const GATHERED_MS = 400;

/**
 * Follows `/api/v1/events` while the page is looked at, marks as old what an event concerns, and tells how it stands.
 * After a gap everything is fetched anew.
 */
export function useLive(): LiveState {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>({ kind: 'connecting' });

  useEffect(() => {
    let source: EventSource | null = null;
    let patience: number | undefined;
    let retry: number | undefined;
    let hidden: number | undefined;
    let gathering: number | undefined;
    let events: LiveEvent[] = [];
    let hasGap = false;

    const gather = (event: LiveEvent) => {
      events.push(event);
      gathering ??= window.setTimeout(() => {
        const gathered = events;
        [events, gathering] = [[], undefined];
        void client.invalidateQueries({ predicate: ({ queryKey }) => gathered.some((each) => concerns(each, queryKey)) });
      }, GATHERED_MS);
    };
    const open = () => {
      window.clearTimeout(retry);
      source?.close();
      source = new EventSource(`${BASE}/api/v1/events`);
      source.onopen = () => {
        window.clearTimeout(patience);
        patience = undefined;
        setState({ kind: 'live' });
        if (hasGap) void client.invalidateQueries();
        hasGap = false;
      };
      source.onmessage = (message: MessageEvent<string>) => {
        const event = readEvent(message.data);
        if (event) gather(event);
      };
      source.onerror = () => {
        hasGap = true;
        lose();
        // Browsers try again by themselves, except when the answer was an error: the session is over, say.
        if (source?.readyState === EventSource.CLOSED) {
          void client.invalidateQueries({ queryKey: ['/api/v1/me'] });
          retry = window.setTimeout(open, RETRY_MS);
        }
      };
    };
    const lose = () => {
      if (patience !== undefined) return;
      const since = new Date();
      setState({ kind: 'reconnecting' });
      patience = window.setTimeout(() => setState({ kind: 'stale', since }), PATIENCE_MS);
    };
    const look = () => {
      window.clearTimeout(hidden);
      if (document.visibilityState === 'hidden') {
        hidden = window.setTimeout(() => {
          hasGap = true;
          source?.close();
          source = null;
        }, HIDDEN_MS);
      } else if (source === null) {
        open();
      }
    };

    open();
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      for (const timer of [patience, retry, hidden, gathering]) window.clearTimeout(timer);
      source?.close();
    };
  }, [client]);

  return state;
}
