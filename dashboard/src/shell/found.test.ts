import { expect, test } from 'vitest';

import { menu, phonebookTabs, screens, siteTabs } from './found';

test('no two screens have the same address, and no two tabs', () => {
  for (const addresses of [screens.map(({ path }) => path), siteTabs.map(tabOf), phonebookTabs.map(tabOf)]) {
    expect(new Set(addresses).size).toBe(addresses.length);
  }
});

test('the addresses that mails and the greeting of the server name have their screens', () => {
  const outside = screens.filter(({ frame }) => frame === 'outside').map(({ path }) => path);
  expect(outside).toEqual(expect.arrayContaining(['/sign-in', '/first', '/register', '/reset', '/email']));
});

test('what is on the server before the dashboard is no address of it', () => {
  const taken = /^\/(api|assets|health|phones|vendors)(\/|$)/;
  expect(screens.filter(({ path }) => taken.test(path)).map(({ path }) => path)).toEqual([]);
});

test('the menu has an order of its own', () => {
  for (const section of ['main', 'installation']) {
    const orders = menu.filter((entry) => entry.section === section).map(({ order }) => order);
    expect(new Set(orders).size).toBe(orders.length);
  }
});

function tabOf({ slug }: { slug: string }): string {
  return slug;
}
