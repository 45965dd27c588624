import type { z } from 'zod'
import { ErrorAnswer, type RouteContract } from '../../protocol/api/route-contract.ts'
import { type RouteAnswer, type RouteInput, type RouteName, routes } from '../../protocol/api/routes.ts'
import { AppError } from '../../protocol/errors.ts'

type BodyOf<N extends RouteName> = (typeof routes)[N] extends { body: infer S extends z.ZodType }
  ? z.input<S>
  : never

/** Names of the routes whose answer is JSON. */
export type JsonRoute = {
  [N in RouteName]: (typeof routes)[N]['answer'] extends z.ZodType ? N : never
}[RouteName]

export type CallInput<N extends RouteName> = {
  params?: RouteInput<N>['params']
  query?: Partial<RouteInput<N>['query']>
  body?: BodyOf<N>
  signal?: AbortSignal
}

/**
 * Calls one route of `protocol/api/routes.ts` and parses what comes back.
 *
 * @throws AppError with the server's code and sentence; `unavailable` when the server cannot be reached or
 *   answers with something that is not the contract. An aborted call rejects with the signal's reason.
 */
export async function callApi<N extends JsonRoute>(
  name: N,
  input: CallInput<N> = {},
): Promise<RouteAnswer<N>> {
  const route: RouteContract = routes[name]
  const response = await send(
    route,
    requestPath(route.path, input.params, input.query),
    input.body,
    input.signal,
  )
  const json = await readJson(response, input.signal)
  if (!response.ok) throw failureOf(response.status, json)
  const parsed = (route.answer as z.ZodType).safeParse(json)
  if (!parsed.success) {
    throw new AppError(
      'unavailable',
      `The server answered ${name} in a form this page does not know. Reload the page.`,
      {
        cause: parsed.error,
      },
    )
  }
  return parsed.data as RouteAnswer<N>
}

/** Fills `:name` segments and appends what is set of the query. */
export function requestPath(
  path: string,
  params: Record<string, unknown> = {},
  query: Record<string, unknown> = {},
): string {
  const filled = path.replace(/:([a-zA-Z]+)/g, (_, key: string) => encodeURIComponent(String(params[key])))
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) search.set(key, String(value))
  }
  const text = search.toString()
  return text === '' ? filled : `${filled}?${text}`
}

async function send(
  route: RouteContract,
  path: string,
  body: unknown,
  signal?: AbortSignal,
): Promise<Response> {
  try {
    return await fetch(path, {
      method: route.method.toUpperCase(),
      credentials: 'same-origin',
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    })
  } catch (cause) {
    if (signal?.aborted) throw signal.reason
    throw new AppError(
      'unavailable',
      'The server cannot be reached. Check that Hearth is running and try again.',
      { cause },
    )
  }
}

async function readJson(response: Response, signal?: AbortSignal): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    if (signal?.aborted) throw signal.reason
    return undefined
  }
}

function failureOf(status: number, json: unknown): AppError {
  const parsed = ErrorAnswer.safeParse(json)
  if (parsed.success) {
    const { code, message, details } = parsed.data.error
    return new AppError(code, message, { details })
  }
  const code = status === 401 ? 'unauthenticated' : status === 404 ? 'not_found' : 'unavailable'
  return new AppError(code, `The server answered with status ${status} and no reason. Try again in a moment.`)
}
