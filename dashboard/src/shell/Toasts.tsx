import '@mantine/notifications/styles.css';

import { Notifications } from '@mantine/notifications';

/** Where toasts appear: away from what is worked on, and not over it. */
export default function Toasts() {
  return <Notifications position="bottom-left" />;
}
