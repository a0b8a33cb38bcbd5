import type { Screen, Tab } from './screen';

const screenFiles = import.meta.glob<Screen[]>('../screens/**/screens.ts', { eager: true, import: 'screens' });
const siteTabFiles = import.meta.glob<Tab>('../screens/site/*/tab.ts', { eager: true, import: 'tab' });
const phonebookTabFiles = import.meta.glob<Tab>('../screens/phonebook/*/tab.ts', { eager: true, import: 'tab' });

/** Every screen there is. */
export const screens: readonly Screen[] = Object.values(screenFiles).flat();

/** The navigation's entries, each with where it leads. */
export const menu = screens
  .flatMap(({ path, menu }) => (menu ? [{ ...menu, path }] : []))
  .sort((a, b) => a.order - b.order);

/** The tabs of a site and of a phonebook, in their order. */
export const siteTabs = inOrder(siteTabFiles);
export const phonebookTabs = inOrder(phonebookTabFiles);

function inOrder(files: Record<string, Tab>): readonly Tab[] {
  return Object.values(files).sort((a, b) => a.order - b.order);
}
