import { type Language, useLanguage } from './language';

/** A text, or a function of what stands in it. */
type Text = string | ((...values: never[]) => string);
type Dictionary = { readonly [key: string]: Text };

/** German must have the keys of English, and take the same values. */
type Same<D extends Dictionary> = {
  readonly [K in keyof D]: D[K] extends (...values: infer V) => string ? (...values: V) => string : string;
};
export type Texts<D extends Dictionary> = Readonly<Record<Language, Same<D>>>;

/** The texts of a folder, in its `texts.ts`: `export const texts = defineTexts({ title: 'Sites' }, { title: 'Standorte' })`. */
export function defineTexts<const D extends Dictionary>(en: D, de: Same<D>): Texts<D> {
  return { en: en as Dictionary as Same<D>, de };
}

/** The texts in the language of whoever reads: `const t = useTexts(texts)`, then `t.title` or `t.count(3)`. */
export function useTexts<D extends Dictionary>(texts: Texts<D>): Same<D> {
  return texts[useLanguage().language];
}

/** One or several: `plural(n, 'contact', 'contacts')`. English and German have these two forms. */
export function plural(count: number, one: string, other: string): string {
  return count === 1 ? one : other;
}
