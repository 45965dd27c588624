import type { IncomingMessage, ServerResponse } from 'node:http'
import { SESSION_COOKIE } from '../../protocol/api/account-routes.ts'
import type { RouteContract } from '../../protocol/api/route-contract.ts'
import { type RouteName, routes } from '../../protocol/api/routes.ts'

/** The route of a path, and what its `:name` segments stand for. */
export function findRoute(
  method: string,
  path: string,
): { name: RouteName; route: RouteContract; params: Record<string, string> } | undefined {
  // Fixed paths before those with parameters: `/api/jobs/summary` is not a job.
  const byDepth = (Object.entries(routes) as [RouteName, RouteContract][]).sort(
    ([, a], [, b]) => a.path.split(':').length - b.path.split(':').length,
  )
  for (const [name, route] of byDepth) {
    const pattern = new RegExp(`^${route.path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`)
    const match = route.method === method.toLowerCase() ? pattern.exec(path) : null
    if (match) {
      const groups = Object.entries(match.groups ?? {}).map(([key, value]) => [
        key,
        decodeURIComponent(value),
      ])
      return { name, route, params: Object.fromEntries(groups) }
    }
  }
  return undefined
}

export function cookieOf(request: IncomingMessage): string {
  const match = new RegExp(`${SESSION_COOKIE}=([^;]+)`).exec(request.headers.cookie ?? '')
  return match?.[1] ?? ''
}

export async function readBody(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const part of request.setEncoding('utf8')) text += part
  return text
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(value))
}
