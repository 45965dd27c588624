import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { parseAssetFilter } from './api/asset-filter.ts'
import { callApi } from './api/call-api.ts'
import { parseJobFilter } from './api/job-filter.ts'
import { sessionQuery } from './api/queries.ts'
import { parseWriteBackFilter } from './api/write-back-filter.ts'
import { Gallery } from './gallery.tsx'
import { Shell } from './shell/shell.tsx'
import { TimelinePage } from './timeline/timeline-page.tsx'
import { NotFoundPage, PageError } from './ui/page-error.tsx'

type RouterContext = { queryClient: QueryClient }

const rootRoute = createRootRouteWithContext<RouterContext>()({
  component: Outlet,
  errorComponent: PageError,
  notFoundComponent: NotFoundPage,
})

const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/login',
  validateSearch: (search): { from?: string } => (isOwnPath(search.from) ? { from: search.from } : {}),
  component: lazyRouteComponent(() => import('./account/login-page.tsx'), 'LoginPage'),
})

const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup',
  component: lazyRouteComponent(() => import('./account/setup-page.tsx'), 'SetupPage'),
})

/** Everything behind the door. */
const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'app',
  beforeLoad: async ({ context, location }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery)
    if (session) return
    const { needed } = await callApi('getSetup')
    if (needed) throw redirect({ to: '/setup' })
    throw redirect({ to: '/login', search: location.href === '/' ? {} : { from: location.href } })
  },
  component: Shell,
  errorComponent: PageError,
})

const ViewerPage = lazyRouteComponent(() => import('./viewer/viewer-page.tsx'), 'ViewerPage')

/** Pages of pictures. The viewer lies over each, which stays where it was. */
const galleryRoute = createRoute({ getParentRoute: () => appRoute, id: 'gallery', component: Gallery })

const photosRoute = createRoute({
  getParentRoute: () => galleryRoute,
  id: 'photos',
  component: TimelinePage,
})

const timelineRoute = createRoute({ getParentRoute: () => photosRoute, path: '/' })

const viewerRoute = createRoute({
  getParentRoute: () => photosRoute,
  path: '/assets/$assetId',
  component: ViewerPage,
})

const searchRoute = createRoute({
  getParentRoute: () => galleryRoute,
  path: '/search',
  validateSearch: parseAssetFilter,
  component: lazyRouteComponent(() => import('./search/search-page.tsx'), 'SearchPage'),
})

const searchViewerRoute = createRoute({
  getParentRoute: () => searchRoute,
  path: '/$assetId',
  component: ViewerPage,
})

const similarRoute = createRoute({
  getParentRoute: () => galleryRoute,
  path: '/similar/$likeId',
  validateSearch: parseAssetFilter,
  component: lazyRouteComponent(() => import('./search/similar-page.tsx'), 'SimilarPage'),
})

const similarViewerRoute = createRoute({
  getParentRoute: () => similarRoute,
  path: '/$assetId',
  component: ViewerPage,
})

const understandingRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/understanding',
  component: lazyRouteComponent(() => import('./understanding/understanding-page.tsx'), 'UnderstandingPage'),
})

const dashboardRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/dashboard',
  component: lazyRouteComponent(() => import('./dashboard/dashboard-page.tsx'), 'DashboardPage'),
})

/** One job opens beside the list. */
const jobsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/jobs',
  validateSearch: parseJobFilter,
  component: lazyRouteComponent(() => import('./jobs/jobs-page.tsx'), 'JobsPage'),
})
const jobRoute = createRoute({
  getParentRoute: () => jobsRoute,
  path: '/$jobId',
  component: lazyRouteComponent(() => import('./jobs/job-drawer.tsx'), 'JobDrawer'),
})

const accountRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/account',
  component: lazyRouteComponent(() => import('./account/account-page.tsx'), 'AccountPage'),
})

const writeBacksRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/write-backs',
  validateSearch: parseWriteBackFilter,
  component: lazyRouteComponent(() => import('./write-backs/write-backs-page.tsx'), 'WriteBacksPage'),
})

const routeTree = rootRoute.addChildren([
  loginRoute,
  setupRoute,
  appRoute.addChildren([
    galleryRoute.addChildren([
      photosRoute.addChildren([timelineRoute, viewerRoute]),
      searchRoute.addChildren([searchViewerRoute]),
      similarRoute.addChildren([similarViewerRoute]),
    ]),
    understandingRoute,
    dashboardRoute,
    accountRoute,
    jobsRoute.addChildren([jobRoute]),
    writeBacksRoute,
  ]),
])

export function createAppRouter(queryClient: QueryClient) {
  return createRouter({ routeTree, context: { queryClient }, defaultPreload: false })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>
  }
}

/** Only ever lead back into this app. */
function isOwnPath(value: unknown): value is string {
  return (
    typeof value === 'string' && value.startsWith('/') && !value.startsWith('//') && !value.includes('\\')
  )
}
