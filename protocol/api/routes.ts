import type { z } from 'zod'
import { accountRoutes } from './account-routes.ts'
import { assetRoutes } from './asset-routes.ts'
import { editRoutes } from './edit-routes.ts'
import { fleetRoutes } from './fleet-routes.ts'
import { jobRoutes } from './job-routes.ts'
import { libraryRoutes } from './library-routes.ts'
import type { RouteContract } from './route-contract.ts'
import { serviceRoutes } from './service-routes.ts'
import { transferRoutes } from './transfer-routes.ts'
import { visionRoutes } from './vision-routes.ts'
import { writeBackRoutes } from './write-back-routes.ts'

/** Every HTTP route of the coordinator, by name. The server, the web app and OpenAPI are made from this table. */
export const routes = {
  ...serviceRoutes,
  ...accountRoutes,
  ...libraryRoutes,
  ...assetRoutes,
  ...editRoutes,
  ...writeBackRoutes,
  ...jobRoutes,
  ...fleetRoutes,
  ...visionRoutes,
  ...transferRoutes,
} as const satisfies Record<string, RouteContract>

export type RouteName = keyof typeof routes
type Route<N extends RouteName> = (typeof routes)[N]
type PartOf<N extends RouteName, P extends string, F> =
  Route<N> extends Record<P, infer S> ? (S extends z.ZodType ? S : F) : F

/** What a caller sends and what a handler gets (after defaults and coercion), and the JSON that comes back. */
export type RouteInput<N extends RouteName> = {
  params: PartOf<N, 'params', never> extends infer S
    ? S extends z.ZodType
      ? z.output<S>
      : Record<never, never>
    : never
  query: PartOf<N, 'query', never> extends infer S
    ? S extends z.ZodType
      ? z.output<S>
      : Record<never, never>
    : never
  body: PartOf<N, 'body', never> extends infer S ? (S extends z.ZodType ? z.output<S> : undefined) : never
}
export type RouteAnswer<N extends RouteName> = Route<N>['answer'] extends infer S
  ? S extends z.ZodType
    ? z.output<S>
    : never
  : never
