import type { QueryClient } from '@tanstack/react-query';
import {
  type AnyRoute,
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';

import { accountQuery } from '~/api/account';
import { BASE, onSignedOut } from '~/api/client';
import { problemOf } from '~/api/problem';
import { paths } from '~/shared/paths';
import { phonebookTabs, screens, siteTabs } from '~/shell/found';
import { NotFound, Waiting, WentWrong } from '~/shell/fallbacks';
import { loadingOf } from '~/shell/loading';
import { OutsideFrame } from '~/shell/OutsideFrame';
import type { Load, Screen, Tab } from '~/shell/screen';

interface Context {
  queryClient: QueryClient;
}

const root = createRootRouteWithContext<Context>()({ component: Outlet, notFoundComponent: NotFound });

const outside = createRoute({ getParentRoute: () => root, id: 'outside', component: OutsideFrame });

const app = createRoute({
  getParentRoute: () => root,
  id: 'app',
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queryClient.ensureQueryData(accountQuery);
    } catch (error) {
      if (problemOf(error).isSignedOut) throw redirect({ to: paths.signIn, search: { to: location.href } });
      throw error;
    }
  },
  component: lazyRouteComponent(loadingOf(() => import('~/shell/Frame'))),
});

function screenRoute({ path, frame = 'app', load }: Screen): AnyRoute {
  const parent: AnyRoute = frame === 'app' ? app : outside;
  return createRoute({ getParentRoute: () => parent, path, component: lazyRouteComponent(loadingOf(load)) });
}

/** A frame with tabs below it; its own address leads to the first one. */
function tabbed(path: string, load: Load, tabs: readonly Tab[]): AnyRoute {
  const frame = createRoute({ getParentRoute: () => app, path, component: lazyRouteComponent(loadingOf(load)) });
  const first = createRoute({
    getParentRoute: () => frame,
    path: '/',
    beforeLoad: ({ location }) => {
      throw redirect({ to: `${location.pathname.replace(/\/$/, '')}/${tabs[0]?.slug ?? ''}`, replace: true });
    },
  });
  const bodies = tabs.flatMap(({ slug, load }) =>
    [slug, `${slug}/$`].map((path) =>
      createRoute({ getParentRoute: () => frame, path, component: lazyRouteComponent(loadingOf(load)) }),
    ),
  );
  return frame.addChildren([first, ...bodies]);
}

export function makeRouter(queryClient: QueryClient) {
  const start = createRoute({
    getParentRoute: () => root,
    path: '/',
    beforeLoad: () => {
      throw redirect({ to: paths.sites, replace: true });
    },
  });
  const routes = screens.map((screen) => [screen.frame ?? 'app', screenRoute(screen)] as const);
  const of = (frame: 'app' | 'outside') => routes.filter(([where]) => where === frame).map(([, route]) => route);
  const tree = root.addChildren([
    start,
    outside.addChildren(of('outside')),
    app.addChildren([
      createRoute({ getParentRoute: () => app, path: '$', component: NotFound }),
      ...of('app'),
      tabbed('/sites/$siteId', () => import('~/screens/site/SiteFrame'), siteTabs),
      tabbed('/phonebooks/$phonebookId', () => import('~/screens/phonebook/PhonebookFrame'), phonebookTabs),
    ]),
  ]);
  const router = createRouter({
    routeTree: tree,
    basepath: BASE || '/',
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch: writeSearch,
    context: { queryClient },
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    defaultPendingMs: 300,
    defaultPendingComponent: Waiting,
    defaultErrorComponent: WentWrong,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  });
  onSignedOut(() => {
    const { href } = router.state.location;
    if (router.state.matches.some(({ routeId }) => routeId === app.id)) {
      queryClient.clear();
      void router.navigate({ to: paths.signIn, search: { to: href } });
    }
  });
  return router;
}

/** Values in addresses are texts, as people type them: `?search=0171` is no number. */
function writeSearch(values: Record<string, unknown>): string {
  const pairs = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString();
  return text && `?${text}`;
}
