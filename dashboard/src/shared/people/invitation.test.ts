import { expect, it } from 'vitest';

import { isAddress, linkHolds, mailOf, nameOf } from './invitation';

const invited = (mail: string | null, expires_at: string | null = null) => ({
  invitation: { mail, answer: '', expires_at },
});

it('knows what became of the mail, and that there may have been none', () => {
  expect(mailOf(invited('failed'))).toBe('failed');
  expect(mailOf(invited(null))).toBe('none');
  expect(mailOf(invited('a state of later'))).toBe('none');
  expect(mailOf({ invitation: null })).toBe('none');
});

it('knows until when the link holds', () => {
  const now = new Date('2026-11-23T21:00:00Z');
  expect(linkHolds(invited('sent', '2026-11-23T21:00:01Z'), now)).toBe(true);
  expect(linkHolds(invited('sent', '2026-11-23T20:59:59Z'), now)).toBe(false);
  expect(linkHolds(invited('sent'), now)).toBe(false);
  expect(linkHolds({ invitation: null }, now)).toBe(false);
});

it('calls people by their name, else by their address', () => {
  expect(nameOf({ name: 'Anna', email: 'anna@example.org' })).toBe('Anna');
  expect(nameOf({ name: '', email: 'anna@example.org' })).toBe('anna@example.org');
});

it('lets pass what may be an address', () => {
  expect(['a@b', ' anna@example.org '].every(isAddress)).toBe(true);
  expect(['', 'anna', 'anna @example.org', 'a@b@c'].some(isAddress)).toBe(false);
});
