import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef, useState } from 'react';

import { postTo } from '~/api/client';
import { ApiProblem, problemOf } from '~/api/problem';
import type { Contact } from '~/api/types';
import { useTexts } from '~/i18n/texts';
import { calledName } from '~/shared/contacts/naming';
import { tellFailure } from '~/shared/toasts';
import { useUndo } from '~/shared/undo';

import { isUnchanged, preview } from '../panel/draft';
import type { RowSource } from '../rows/useRows';
import { texts } from '../texts';
import { basedOn, type Chain, lengthened } from './chain';
import { type Attempt, changeContact, contactQuery, undoOf } from './saving';

export interface Saving {
  /** Save a change; the row shows it at once. Resolves to null when it is not saved, which is said elsewhere then. */
  save: (attempt: Attempt) => Promise<Contact | null>;
  /** Somebody else was faster: to be resolved. */
  conflict: Attempt | null;
  /** The server did not take it: to be mended in the panel. */
  failure: (Attempt & { problem: ApiProblem }) | null;
  settle: () => void;
  /** Somebody else was faster, as another way of saving found out. */
  clash: (attempt: Attempt) => void;
  /** A contact was saved in another way: show it, and offer to undo it. */
  saved: (contact: Contact, isNew?: boolean) => void;
  /** Undo what was done last, as Ctrl-Z does. */
  undoLast: () => void;
}

/** Saving contacts with all that can come of it. */
export function useSaving({ put }: Pick<RowSource, 'put'>): Saving {
  const t = useTexts(texts);
  const client = useQueryClient();
  const offerUndo = useUndo();
  const last = useRef<string | null>(null);
  /** Of each contact, the change that was asked for last; they are saved one after the other. */
  const underWay = useRef(new Map<string, Promise<unknown>>());
  const chains = useRef(new Map<string, Chain>());
  const [conflict, setConflict] = useState<Attempt | null>(null);
  const [failure, setFailure] = useState<(Attempt & { problem: ApiProblem }) | null>(null);

  const saved = useCallback(
    (contact: Contact, isNew = false) => {
      put(contact);
      client.setQueryData(contactQuery(contact.id).queryKey, contact);
      const name = calledName(contact);
      const tell = (undo: string | null) => {
        if (last.current) notifications.hide(last.current);
        last.current = undo;
        offerUndo(isNew ? t.created(name) : t.changed(name), { undo });
      };
      undoOf(contact).then(tell, () => tell(null));
    },
    [put, client, offerUndo, t],
  );

  const save = useCallback(
    ({ base, change }: Attempt): Promise<Contact | null> => {
      if (isUnchanged(change)) return Promise.resolve(base);
      put(preview(base, change));
      const attempt = async (): Promise<Contact | null> => {
        const from = basedOn(chains.current.get(base.id), base);
        try {
          const contact = await changeContact({ base: from, change });
          chains.current.set(base.id, lengthened(chains.current.get(base.id), from, contact));
          saved(contact);
          return contact;
        } catch (error) {
          put(from);
          const problem = problemOf(error);
          if (problem.isChangedMeanwhile || problem.isMissing) setConflict({ base: from, change });
          else setFailure({ base: from, change, problem });
          return null;
        }
      };
      const done = (underWay.current.get(base.id) ?? Promise.resolve()).then(attempt);
      underWay.current.set(base.id, done);
      return done;
    },
    [put, saved],
  );

  const undoLast = useCallback(() => {
    const undo = last.current;
    if (!undo) return;
    last.current = null;
    notifications.hide(undo);
    postTo(undo).then(() => offerUndo(t.undone, {}), tellFailure);
  }, [offerUndo, t]);

  const settle = useCallback(() => {
    setConflict(null);
    setFailure(null);
  }, []);
  return { save, conflict, failure, settle, clash: setConflict, saved, undoLast };
}
