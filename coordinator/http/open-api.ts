import { z } from 'zod'
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi'
import { SESSION_COOKIE } from '../../protocol/api/account-routes.ts'
import { ErrorAnswer, type RouteContract } from '../../protocol/api/route-contract.ts'
import { routes } from '../../protocol/api/routes.ts'

/** This API as OpenAPI 3.1, from the table that the server itself is made of. */
export function createOpenApi(version: string): object {
  const paths: ZodOpenApiPathsObject = {}
  for (const [name, route] of Object.entries(routes)) {
    const path = route.path.replace(/:([a-zA-Z]+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method]: operationOf(name, route) }
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Hearth',
      version,
      description:
        'The private media library. Lists are paged by cursor: pass `nextCursor` of a page as `cursor` of the next. Requests of browsers that change something must come from Hearth’s own pages.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    paths,
    components: {
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: SESSION_COOKIE,
          description: 'Set by signing in; named `__Host-…` on https',
        },
        agent: { type: 'http', scheme: 'bearer', description: 'What `hello` answered to the agent' },
      },
    },
  })
}

function operationOf(name: string, route: RouteContract): ZodOpenApiOperationObject {
  return {
    operationId: name,
    summary: route.access === 'admin' ? `${route.summary} (administrators)` : route.summary,
    tags: [tagOf(route.path)],
    security: route.access === 'public' ? [] : [{ [route.access === 'agent' ? 'agent' : 'session']: [] }],
    ...(route.params || route.query
      ? {
          requestParams: {
            ...(route.params && { path: route.params }),
            ...(route.query && { query: route.query }),
          },
        }
      : {}),
    ...(route.body
      ? { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } }
      : isUpload(route)
        ? { requestBody: { required: true, content: { 'application/octet-stream': {} } } }
        : {}),
    responses: { '200': answerOf(route), default: errorAnswer },
  }
}

const errorAnswer = {
  description: 'What failed, and what to do',
  content: { 'application/json': { schema: ErrorAnswer } },
}

function answerOf(route: RouteContract) {
  const description = route.summary
  if (route.answer instanceof z.ZodType)
    return { description, content: { 'application/json': { schema: route.answer } } }
  return {
    description,
    content: { [route.answer === 'text' ? 'text/plain' : 'application/octet-stream']: {} },
  }
}

function isUpload(route: RouteContract): boolean {
  return route.method === 'put' && !route.body
}

/** `/api/libraries/:id/scan` belongs to libraries. */
function tagOf(path: string): string {
  return path.split('/')[2]?.replace(/\..*$/, '') ?? 'other'
}
