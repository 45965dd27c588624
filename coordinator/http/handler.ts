import type { Context } from 'koa'
import type { z } from 'zod'
import type { Account } from '../../protocol/api/account-routes.ts'
import type { RouteAnswer, RouteInput, RouteName, routes } from '../../protocol/api/routes.ts'

/** Who calls: what the route's `access` promises is there. */
export type CallerOf<N extends RouteName> = {
  public: undefined
  user: Account
  admin: Account
  agent: { agentId: number }
}[(typeof routes)[N]['access']]

/** A request that was let in and parsed. */
export type Call<N extends RouteName> = RouteInput<N> & {
  caller: CallerOf<N>
  /** For what is not JSON: cookies, headers, bytes. */
  context: Context
}

/** What the route's `answer` says; of `bytes` the handler writes them to the context itself. */
export type HandlerAnswer<N extends RouteName> = (typeof routes)[N]['answer'] extends z.ZodType
  ? RouteAnswer<N>
  : (typeof routes)[N]['answer'] extends 'text'
    ? string
    : undefined

export type Handler<N extends RouteName> = (call: Call<N>) => Promise<HandlerAnswer<N>>

/** One handler for every route: a route without one does not compile. */
export type Handlers = { [N in RouteName]: Handler<N> }
