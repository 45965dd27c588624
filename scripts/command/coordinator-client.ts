import { readFileSync } from 'node:fs'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { PinnedAgent } from '../../agents/runtime/pinned-agent.ts'
import { defaultDataFolder, environment } from '../../config/environment.ts'
import { localAccessPath } from '../../coordinator/accounts/local-access.ts'
import { ErrorAnswer, type RouteContract } from '../../protocol/api/route-contract.ts'
import { type RouteAnswer, type RouteInput, type RouteName, routes } from '../../protocol/api/routes.ts'
import { AppError } from '../../protocol/errors.ts'
import { Fingerprint } from '../../protocol/introduction.ts'

const TIMEOUT_MS = 60_000

/** Options of every command that speaks with a coordinator. */
export const connectionOptions = {
  url: { type: 'string' },
  'token-file': { type: 'string' },
  fingerprint: { type: 'string' },
  data: { type: 'string' },
  json: { type: 'boolean' },
} as const

export const connectionUsage = `  --url URL            another machine's coordinator (or HEARTH_URL)
  --token-file FILE    with --url: your token, from the account page (or HEARTH_TOKEN)
  --fingerprint TEXT   with --url: of the certificate that it has signed itself
  --data FOLDER        without --url: the data folder of the one on this machine
                       (${defaultDataFolder()})
  --json               print JSON on standard output`

export type ConnectionValues = {
  url?: string | undefined
  'token-file'?: string | undefined
  fingerprint?: string | undefined
  data?: string | undefined
}

type JsonRoute = {
  [N in RouteName]: (typeof routes)[N]['answer'] extends z.ZodType ? N : never
}[RouteName]

type BodyOf<N extends RouteName> = (typeof routes)[N] extends { body: infer S extends z.ZodType }
  ? z.input<S>
  : never

export type CallInput<N extends RouteName> = {
  params?: RouteInput<N>['params']
  query?: Partial<Record<keyof RouteInput<N>['query'], string | number | boolean | undefined>>
  body?: BodyOf<N>
}

type Access = {
  url: string
  token: string
  /** SHA-256 of the only certificate to trust, base64url; null asks the authorities. */
  fingerprint: string | null
}

const LocalAccessFile = z.object({
  url: z.url(),
  token: z.string().min(16),
  fingerprint: Fingerprint.nullable(),
})

/** Calls a coordinator's API on behalf of a person. */
export class CoordinatorClient {
  readonly #access: Access
  readonly #pinned: PinnedAgent | undefined

  constructor(access: Access) {
    this.#access = access
    if (access.fingerprint !== null) this.#pinned = new PinnedAgent(access.fingerprint)
  }

  /**
   * Calls one route and parses what comes back.
   *
   * @throws AppError with the coordinator's code and sentence; `unavailable` when it does not answer
   */
  async call<N extends JsonRoute>(name: N, input: CallInput<N> = {}): Promise<RouteAnswer<N>> {
    const route: RouteContract = routes[name]
    const { status, body } = await this.#send(route, requestPath(route.path, input), input.body)
    const json = parseJson(body)
    if (status >= 400) throw failureOf(status, json)
    const parsed = (route.answer as z.ZodType).safeParse(json)
    if (!parsed.success) {
      throw new AppError(
        'version_unsupported',
        `The coordinator at ${this.#access.url} answers in a form that this version does not know: give both machines the same version`,
        { cause: parsed.error },
      )
    }
    return parsed.data as RouteAnswer<N>
  }

  async #send(route: RouteContract, path: string, body: unknown): Promise<{ status: number; body: string }> {
    const { url, token } = this.#access
    const target = new URL(path, url)
    const { promise, resolve: settle, reject } = Promise.withResolvers<{ status: number; body: string }>()
    const isTls = target.protocol === 'https:'
    const request = (isTls ? requestHttps : requestHttp)(target, {
      method: route.method.toUpperCase(),
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      timeout: TIMEOUT_MS,
      ...(isTls && this.#pinned ? { agent: this.#pinned } : {}),
    })
    request.on('timeout', () => request.destroy(new Error('no answer')))
    request.on('error', reject)
    request.on('response', (answer) => {
      text(answer).then((body) => settle({ status: answer.statusCode ?? 0, body }), reject)
    })
    request.end(body === undefined ? undefined : JSON.stringify(body))
    return await promise.catch((error: Error) => {
      throw new AppError(
        'unavailable',
        `The coordinator at ${url} cannot be reached (${error.message}): check that it runs`,
        {
          cause: error,
        },
      )
    })
  }
}

/** @throws AppError that says how to get access */
export function connectCoordinator(values: ConnectionValues): CoordinatorClient {
  const variables = environment.variables()
  const url = values.url ?? (variables.HEARTH_URL || undefined)
  if (url === undefined) {
    return new CoordinatorClient(readLocalAccess(resolve(values.data ?? defaultDataFolder())))
  }
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new AppError('bad_request', `${url} is no address: give one like http://server.home:8470`)
  }
  const file = values['token-file']
  const token = file === undefined ? variables.HEARTH_TOKEN : readRequired(file)
  if (!token?.trim()) {
    throw new AppError(
      'bad_request',
      'A token is missing: make one on the account page of the web app, and name its file with --token-file',
    )
  }
  const fingerprint = Fingerprint.safeParse(values.fingerprint ?? null)
  if (values.fingerprint !== undefined && !fingerprint.success) {
    throw new AppError('bad_request', '--fingerprint takes the 43 characters that the dashboard shows')
  }
  return new CoordinatorClient({ url, token: token.trim(), fingerprint: fingerprint.data ?? null })
}

function readLocalAccess(data: string): Access {
  const path = localAccessPath(data)
  let content: string
  try {
    content = readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT') {
      throw new AppError(
        'unavailable',
        `No coordinator runs with the data folder ${data}: start it, name its folder with --data, or another machine with --url`,
        { cause: error },
      )
    }
    throw new AppError(
      'bad_request',
      `${path} cannot be read: run this as the user who owns the data folder, or use --url with a token`,
      { cause: error },
    )
  }
  const parsed = LocalAccessFile.safeParse(parseJson(content))
  if (!parsed.success) throw new AppError('bad_request', `${path} is damaged: start the coordinator again`)
  return parsed.data
}

function readRequired(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new AppError('bad_request', `${path} cannot be read: ${reason}`, { cause: error })
  }
}

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return undefined
  }
}

/** Fills `:name` segments and appends what is set of the query. */
export function requestPath(
  path: string,
  { params = {}, query = {} }: { params?: Record<string, unknown>; query?: Record<string, unknown> },
): string {
  const filled = path.replace(/:([a-zA-Z]+)/g, (_, key: string) => encodeURIComponent(String(params[key])))
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) if (value !== undefined) search.set(key, String(value))
  return search.size === 0 ? filled : `${filled}?${search}`
}

function failureOf(status: number, json: unknown): AppError {
  const parsed = ErrorAnswer.safeParse(json)
  if (parsed.success) return new AppError(parsed.data.error.code, parsed.data.error.message)
  return new AppError('unavailable', `The coordinator answered with status ${status} and no reason`)
}
