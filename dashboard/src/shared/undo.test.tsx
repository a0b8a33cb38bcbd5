import { Notifications } from '@mantine/notifications';
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { expect, test, vi } from 'vitest';

import { show } from '~/testing/show';

import { useUndo } from './undo';

function Deleting({ undo }: { undo: string | null }) {
  const offerUndo = useUndo();
  return <button onClick={() => offerUndo('Deleted “Berlin”.', { undo })}>delete</button>;
}

function render(undo: string | null) {
  show(
    <>
      <Notifications transitionDuration={0} />
      <Deleting undo={undo} />
    </>,
  );
  fireEvent.click(screen.getByText('delete'));
}

test('what can be undone is offered to be, by the path that the answer names', async () => {
  const asked = vi.fn(async () => new Response(null, { status: 204 }));
  vi.stubGlobal('fetch', asked);
  render('/api/v1/sites/1/restoration');
  fireEvent.click(await screen.findByRole('button', { name: 'Undo' }));
  await screen.findByText('Brought back.');
  expect(asked).toHaveBeenCalledWith('/api/v1/sites/1/restoration', expect.objectContaining({ method: 'POST' }));
  await waitFor(() => expect(screen.queryByText('Deleted “Berlin”.')).toBeNull());
});

test('what changed nothing offers no undo', async () => {
  render(null);
  await screen.findByText('Deleted “Berlin”.');
  expect(screen.queryByRole('button', { name: 'Undo' })).toBeNull();
});
