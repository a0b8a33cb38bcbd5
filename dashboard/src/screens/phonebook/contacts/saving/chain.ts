import type { Contact } from '~/api/types';

/** What one has saved of a contact without anybody in between: from which version on, and what it is now. */
export interface Chain {
  since: number;
  contact: Contact;
}

/** The chain with one more change that was based on `from`. */
export function lengthened(chain: Chain | undefined, from: Contact, contact: Contact): Chain {
  const isNext = chain !== undefined && chain.contact.version === from.version;
  return { since: isNext ? chain.since : from.version, contact };
}

/**
 * The state that a change is based on. Who types fast changes the next field while the last one is not saved or shown yet:
 * what lies between was their own, so it is no conflict.
 */
export function basedOn(chain: Chain | undefined, base: Contact): Contact {
  const isOwn = chain !== undefined && chain.since <= base.version && base.version < chain.contact.version;
  return isOwn ? chain.contact : base;
}
