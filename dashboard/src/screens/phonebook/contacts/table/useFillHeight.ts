import { type RefObject, useLayoutEffect } from 'react';

const LEAST = 260;

/** Makes an element as high as what is left of the window below it, less some room; keeps it so. */
export function useFillHeight(ref: RefObject<HTMLElement | null>, below: number): void {
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const fit = () => {
      const top = element.getBoundingClientRect().top + window.scrollY;
      const height = Math.max(LEAST, window.innerHeight - top - below);
      element.style.setProperty('--table-height', `${Math.floor(height)}px`);
    };
    fit();
    const observer = new ResizeObserver(fit);
    observer.observe(document.body);
    if (element.parentElement) observer.observe(element.parentElement);
    window.addEventListener('resize', fit);
    return () => {
      observer.disconnect();
      window.removeEventListener('resize', fit);
    };
  }, [ref, below]);
}
