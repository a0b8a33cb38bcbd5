import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';

import { remember, remembered } from '~/shared/remembered';

export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each language in its own words. */
export const LANGUAGE_NAMES: Record<Language, string> = { en: 'English', de: 'Deutsch' };

interface Choice {
  language: Language;
  setLanguage: (language: Language) => void;
}

const Chosen = createContext<Choice>({ language: 'en', setLanguage: () => undefined });
const KEY = 'language';

export function isLanguage(text: unknown): text is Language {
  return LANGUAGES.some((language) => language === text);
}

/** What was chosen here before, else the first language of the browser that there is, else English. */
export function firstLanguage(): Language {
  const before = remembered(KEY);
  if (isLanguage(before)) return before;
  return navigator.languages.map((tag) => tag.split('-')[0]).find(isLanguage) ?? 'en';
}

export function LanguageProvider({ children, initial }: { children: ReactNode; initial?: Language }) {
  const [language, choose] = useState<Language>(() => initial ?? firstLanguage());
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const choice = useMemo(() => {
    const setLanguage = (next: Language) => {
      remember(KEY, next);
      choose(next);
    };
    return { language, setLanguage };
  }, [language]);
  return <Chosen value={choice}>{children}</Chosen>;
}

export function useLanguage(): Choice {
  return useContext(Chosen);
}
