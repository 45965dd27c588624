import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import type { Context } from 'koa'
import type { RouteContract } from '../../protocol/api/route-contract.ts'
import { type RouteName, routes } from '../../protocol/api/routes.ts'
import { AppError } from '../../protocol/errors.ts'
import { parseInput } from './answer-errors.ts'
import { type Caller, type Doorkeeper, requireAccess } from './authenticate.ts'
import type { Handlers } from './handler.ts'
import { isSameOrigin } from './judge-origin.ts'

const MAX_JSON = '1mb'
/** For the whole body of a JSON request to arrive. */
const JSON_LIMIT_MS = 30_000
/** Below this compressing gains nothing. */
const COMPRESS_FROM_BYTES = 1_400
const NOTHING = {}

export type RegisterOptions = {
  door: Doorkeeper
  handlers: Handlers
  /** In tests: every answer must be what the contract says. */
  checkAnswers: boolean
}

type AnyHandler = (call: {
  params: unknown
  query: unknown
  body: unknown
  caller: Caller
  context: Context
}) => Promise<unknown>

/**
 * The only way from a URL to a handler. In this order: is it one of our pages or a program, may it, does
 * it say what the contract says; then the handler; then the answer as the contract says.
 */
export function registerRoutes(options: RegisterOptions): Router {
  const router = new Router()
  for (const name of Object.keys(routes) as RouteName[]) {
    const route: RouteContract = routes[name]
    const handle = options.handlers[name] as AnyHandler
    router.register(route.path, methodsOf(route), async (context: Context) => {
      if (route.method !== 'get' && !isSameOrigin(context, options.door.publicOrigins)) {
        throw new AppError(
          'forbidden',
          'This request came from another site; open Hearth itself and try again',
        )
      }
      const caller = await requireAccess(options.door, route.access, context)
      const answer = await handle({ ...(await readInput(route, context)), caller, context })
      await writeAnswer(route, answer, context, options.checkAnswers)
    })
  }
  return router
}

function methodsOf(route: RouteContract): string[] {
  return route.method === 'get' ? ['GET', 'HEAD'] : [route.method.toUpperCase()]
}

async function readInput(route: RouteContract, context: Context) {
  return {
    params: route.params ? parseInput(route.params, context.params, 'path') : NOTHING,
    query: route.query ? parseInput(route.query, context.query, 'query') : NOTHING,
    body: route.body ? parseInput(route.body, await readJson(context), 'body') : undefined,
  }
}

const parseJson = bodyParser({
  enableTypes: ['json'],
  jsonLimit: MAX_JSON,
  parsedMethods: ['POST', 'PUT', 'PATCH', 'DELETE'],
  onError: (error) => {
    const { status } = error as { status?: number }
    throw status === 413
      ? new AppError('too_large', `The body of the request is larger than ${MAX_JSON}`)
      : new AppError('bad_request', 'The body of the request is not JSON', { cause: error })
  },
})

async function readJson(context: Context): Promise<unknown> {
  // The server itself sets no limit, for the sake of originals; a drop at a time could else hold it for ever.
  const limit = setTimeout(() => context.req.destroy(), JSON_LIMIT_MS)
  try {
    await parseJson(context, async () => {})
  } finally {
    clearTimeout(limit)
  }
  const { body } = context.request as { body?: unknown }
  return body ?? {}
}

async function writeAnswer(
  route: RouteContract,
  answer: unknown,
  context: Context,
  checkAnswers: boolean,
): Promise<void> {
  if (route.answer === 'bytes') return
  context.set('cache-control', 'no-store')
  if (route.answer === 'text') {
    context.body = answer
    return
  }
  await sendJson(context, checkAnswers ? route.answer.parse(answer) : answer)
}

const compress = promisify(gzip)

/** Compressed on a thread of the pool: a long list as one stall of the event loop would be felt. */
async function sendJson(context: Context, value: unknown): Promise<void> {
  const json = Buffer.from(JSON.stringify(value))
  context.type = 'application/json'
  context.vary('accept-encoding')
  if (json.length < COMPRESS_FROM_BYTES || context.acceptsEncodings('gzip', 'identity') !== 'gzip') {
    context.body = json
    return
  }
  context.set('content-encoding', 'gzip')
  context.body = await compress(json, { level: 4 })
}
