import type { User } from '~/api/types';

export type InvitationMail = 'queued' | 'sending' | 'sent' | 'failed' | 'none';

const STATES: readonly InvitationMail[] = ['queued', 'sending', 'sent', 'failed'];

/** What became of the mail with the link to register; `none`: there was no mail. */
export function mailOf({ invitation }: Pick<User, 'invitation'>): InvitationMail {
  return STATES.find((state) => state === invitation?.mail) ?? 'none';
}

/** Whether the link that somebody was sent still works. */
export function linkHolds({ invitation }: Pick<User, 'invitation'>, now: Date = new Date()): boolean {
  return invitation?.expires_at != null && new Date(invitation.expires_at) > now;
}

/** What somebody is called: by their name, else by their address. */
export function nameOf({ name, email }: { name: string; email: string }): string {
  return name || email;
}

/** Whether a text has the shape of an address. The server looks closer. */
export function isAddress(text: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(text.trim());
}
