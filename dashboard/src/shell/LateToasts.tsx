import { useNotifications } from '@mantine/notifications';
import { lazy, Suspense, useRef } from 'react';

const Toasts = lazy(() => import('./Toasts'));

/** Where toasts appear. It comes with the first of them. */
export function LateToasts() {
  const { notifications } = useNotifications();
  const isNeeded = useRef(false);
  isNeeded.current ||= notifications.length > 0;
  if (!isNeeded.current) return null;
  return (
    <Suspense>
      <Toasts />
    </Suspense>
  );
}
