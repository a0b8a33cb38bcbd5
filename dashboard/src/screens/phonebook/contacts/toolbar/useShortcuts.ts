import { useEffect } from 'react';

import { SEARCH_ID } from './Toolbar';

/** Keys that work anywhere on the page but where text is typed: `/` to search here, `n` for a new contact. */
export function useShortcuts(onNew: (() => void) | null): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest('input, textarea, select, [contenteditable], [role=dialog], [role=menu]')) return;
      if (event.key === '/') {
        event.preventDefault();
        // `/` would open the search over everything, which Ctrl-K does as well.
        event.stopPropagation();
        const search = document.getElementById(SEARCH_ID);
        if (!(search instanceof HTMLInputElement)) return;
        search.focus();
        search.select();
      } else if (event.key === 'n' && onNew) {
        event.preventDefault();
        onNew();
      }
    };
    window.addEventListener('keydown', onKeyDown, { capture: true });
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true });
  }, [onNew]);
}
