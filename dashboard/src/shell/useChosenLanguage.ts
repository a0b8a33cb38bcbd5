import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';

import { accountQuery, useAccount } from '~/api/account';
import { api, sent } from '~/api/client';
import { isLanguage, type Language, useLanguage } from '~/i18n/language';

/** The language of whoever is signed in holds for pages and mails; choosing another changes both. */
export function useChosenLanguage(): (language: Language) => void {
  const account = useAccount();
  const client = useQueryClient();
  const { setLanguage } = useLanguage();
  const adopted = useRef<string>(undefined);
  useEffect(() => {
    if (adopted.current === account.language) return;
    adopted.current = account.language;
    if (isLanguage(account.language)) setLanguage(account.language);
  }, [account.language, setLanguage]);
  const { mutate } = useMutation({
    mutationFn: (language: Language) => sent(api.PATCH('/api/v1/me', { body: { language } })),
    onSuccess: (changed) => client.setQueryData(accountQuery.queryKey, changed),
  });
  return (language) => {
    adopted.current = language;
    setLanguage(language);
    mutate(language);
  };
}
