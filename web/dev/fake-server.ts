import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Server } from 'socket.io'
import {
  type Account,
  type RouteContract,
  type RouteName,
  routes,
  SESSION_COOKIE,
} from '../../protocol/api.ts'
import type { Capability } from '../../protocol/capability.ts'
import type { WriteBackPolicy } from '../../protocol/edits.ts'
import { AppError, errorRules, toErrorBody } from '../../protocol/errors.ts'
import type { AgentView } from '../../protocol/fleet.ts'
import type { JobKind } from '../../protocol/jobs.ts'
import { type LiveEvent, type LiveMessage, liveEvents } from '../../protocol/live.ts'
import type { WakePolicyChange } from '../../protocol/power.ts'
import { curationHandlers } from './fake-curation.ts'
import { pairingHandlers } from './fake-pairing.ts'
import { FakePictures } from './fake-pictures.ts'
import { fakePowerDetail } from './fake-power.ts'
import { tokenHandlers } from './fake-tokens.ts'
import { createWorld, type FakeWorld, newLibraryPolicy, type Scenario, scenarios } from './fake-world.ts'

/** The same policy as the real server's: what breaks it shows here first. */
const contentSecurityPolicy = [
  "default-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self' ws: wss:",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')
const mimeTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
}
export const FAKE_NAME = 'anna'
export const FAKE_PASSWORD = 'a warm evening'

type Call = { params: Record<string, unknown>; query: Record<string, unknown>; body: unknown }
type Handlers = { [N in RouteName]?: (call: never, response: ServerResponse) => unknown }

export type FakeServer = AsyncDisposable & {
  url: string
  world: FakeWorld
  /** Forgets all sessions, as a restarted server might. */
  expireSessions: () => void
  emit: <E extends LiveEvent>(event: E, message: LiveMessage<E>) => void
  close: () => Promise<void>
}

/**
 * A far side for the web app alone: the routes of `protocol/api.ts` over invented pictures, in states that
 * are hard to reach with a real one. Answers pass through the same schemas as the real server's.
 */
export async function startFakeServer(options: {
  scenario: Scenario
  port?: number
  webFolder?: string
  signedIn?: boolean
  role?: Account['role']
}): Promise<FakeServer> {
  const pictures = await FakePictures.shared()
  const world = createWorld(options.scenario, pictures)
  const webFolder = options.webFolder ?? fileURLToPath(new URL('../dist', import.meta.url))
  const sessions = new Set<string>()
  let video: Buffer | undefined
  if (options.signedIn) sessions.add('from-the-start')
  const isSignedIn = (request: IncomingMessage) =>
    options.signedIn && sessions.has('from-the-start') ? true : sessions.has(cookieOf(request))

  const account: Account = { id: 1, name: FAKE_NAME, role: options.role ?? 'admin' }
  const signIn = (response: ServerResponse) => {
    const session = `s${Math.random().toString(36).slice(2)}`
    sessions.add(session)
    response.setHeader('set-cookie', `${SESSION_COOKIE}=${session}; HttpOnly; SameSite=Lax; Path=/`)
    return account
  }
  const library = (id: unknown) => {
    const found = world.libraries.find((known) => known.id === id)
    if (!found) throw new AppError('not_found', `There is no library ${id}`)
    return found
  }
  const agent = (id: unknown) => {
    const found = world.agents.find((known) => known.id === id)
    if (!found) throw new AppError('not_found', `There is no agent ${id}`)
    return found
  }
  const setAgent = (id: unknown, change: Partial<AgentView>) => {
    const changed = { ...agent(id), ...change }
    world.agents = world.agents.map((known) => (known.id === id ? changed : known))
    return changed
  }
  const tellJobs = <T>(answer: T): T => {
    emit('jobs', { kinds: world.queue.kinds })
    return answer
  }

  const handlers: Handlers = {
    getHealth: () => ({ status: 'ok', version: 'fake' }),
    getDatabase: () => {
      if (world.database === 'away')
        throw new AppError(
          'unavailable',
          'The database does not answer at the moment; Hearth keeps asking, so try again soon',
        )
      return world.database
    },
    getSetup: () => ({ needed: world.needsSetup, embeddedDatabase: true }),
    createSetup: ({ body }: { body: { token: string } }, response) => {
      if (body.token !== 'right')
        throw new AppError(
          'forbidden',
          'This setup link is not the newest one. Use the link that the server printed last.',
        )
      world.needsSetup = false
      return signIn(response)
    },
    getSession: () => account,
    createSession: ({ body }: { body: { name: string; password: string } }, response) => {
      const isRight =
        world.scenario === 'setup' || (body.name === FAKE_NAME && body.password === FAKE_PASSWORD)
      if (!isRight)
        throw new AppError('unauthenticated', 'The name or the password is wrong. Check both and try again.')
      return signIn(response)
    },
    deleteSession: () => {
      sessions.clear()
      return {}
    },
    listLibraries: () => ({ items: world.libraries }),
    createLibrary: ({ body }: { body: { name: string; root: string; agentId: number } }) => {
      const added = {
        ...body,
        id: world.libraries.length + 1,
        state: 'new' as const,
        stateReason: null,
        ignoreGlobs: [],
        paused: false,
        writeBack: newLibraryPolicy(),
      }
      const view = { ...added, assets: 0, files: 0, missing: 0, scanning: true, lastScanAt: null }
      world.libraries.push(view)
      emit('libraries', { libraries: world.libraries })
      return view
    },
    scanLibrary: ({ params, body }: { params: { id: number }; body: { acceptMissing: boolean } }) => {
      const found = library(params.id)
      found.scanning = true
      if (body.acceptMissing) Object.assign(found, { state: 'online', stateReason: null })
      emit('libraries', { libraries: world.libraries })
      return { jobId: 77 }
    },
    listScans: () => ({ items: world.scans, nextCursor: null }),
    listSkipped: () => ({ items: world.skipped, nextCursor: null }),
    getAsset: ({ params }: { params: { id: number } }) => {
      const detail = world.library.detail(params.id)
      if (!detail) throw new AppError('not_found', 'This picture is not in the library any more.')
      return detail
    },
    reingestAsset: () => ({ jobs: 1 }),
    listProblems: () => ({ items: world.problems.slice(0, 20), nextCursor: null }),
    getTimeline: () => ({ buckets: world.library.timeline(), revision: world.revision }),
    getTimelineBucket: ({
      params,
      query,
    }: {
      params: { bucket: string }
      query: { cursor?: string; limit: number }
    }) => {
      const from = Number(query.cursor ?? 0)
      const items = world.library.tiles(params.bucket, from, query.limit)
      if (!items) throw new AppError('not_found', `There is no month ${params.bucket}`)
      const next = from + items.length
      const isLast = (world.library.tiles(params.bucket, next, 1) ?? []).length === 0
      return { items, nextCursor: isLast ? null : String(next) }
    },
    updateLibrary: ({
      params,
      body: { writeBack, ...body },
    }: {
      params: { id: number }
      body: { paused?: boolean; writeBack?: Partial<WriteBackPolicy> }
    }) => {
      const found = Object.assign(library(params.id), body)
      Object.assign(found.writeBack, writeBack)
      emit('libraries', { libraries: world.libraries })
      return found
    },
    ...curationHandlers(world.curation, account),
    listJobs: ({ query }: { query: Parameters<typeof world.queue.list>[0] }) => world.queue.list(query),
    listFailures: () => ({ items: world.queue.failures() }),
    getJobSummary: () => ({ kinds: world.queue.kinds }),
    getJob: ({ params }: { params: { id: number } }) => world.queue.detail(params.id),
    updateJobKind: ({
      params,
      body,
    }: {
      params: { kind: JobKind }
      body: { paused?: boolean; maxRunning?: number | null }
    }) => tellJobs(world.queue.updateKind(params.kind, body)),
    retryJob: ({ params }: { params: { id: number } }) => tellJobs(world.queue.retry(params.id)),
    retryDeadJobs: ({ body }: { body: Parameters<typeof world.queue.retryDead>[0] }) =>
      tellJobs({ jobs: world.queue.retryDead(body) }),
    cancelJob: ({ params }: { params: { id: number } }) => tellJobs(world.queue.cancel(params.id)),
    listAgents: () => ({ items: world.agents }),
    ...pairingHandlers(world, (event) => emit(event, { waiting: world.pairing.requests.length })),
    revokeAgent: ({ params }: { params: { id: number } }) => {
      world.agents = world.agents.filter(({ id }) => id !== params.id)
      return {}
    },
    drainAgent: ({ params }: { params: { id: number } }) =>
      setAgent(params.id, { state: 'draining', paused: true }),
    ...tokenHandlers(world),
    resumeAgent: ({ params }: { params: { id: number } }) =>
      setAgent(params.id, { state: 'online', paused: false }),
    updateAgent: ({
      params,
      body: { wake, name, ...settings },
    }: {
      params: { id: number }
      body: { name?: string; wake?: WakePolicyChange; concurrency?: Partial<Record<Capability, number>> }
    }) => {
      const before = agent(params.id).settings
      if (wake) world.wakePolicies.set(params.id, wake)
      return setAgent(params.id, {
        ...(name === undefined ? {} : { name }),
        settings: { ...before, ...settings },
      })
    },
    getAgentPower: ({ params }: { params: { id: number } }) =>
      fakePowerDetail(agent(params.id), world.wakePolicies.get(params.id)),
    wakeAgent: ({ params }: { params: { id: number } }) =>
      setAgent(params.id, {
        state: 'waking',
        power: {
          ...agent(params.id).power,
          wake: { startedAt: new Date().toISOString(), packets: 1, byPerson: true },
        },
      }),
    sleepAgent: ({ params }: { params: { id: number } }) => agent(params.id),
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      const body = toErrorBody(error)
      sendJson(response, errorRules[body.code].status, { error: body })
    })
  })
  const io = new Server(server, { serveClient: false })
  const live = io.of('/live')
  live.use((socket, next) => next(isSignedIn(socket.request) ? undefined : new Error('unauthenticated')))
  const emit: FakeServer['emit'] = (event, message) => {
    live.emit(event, liveEvents[event].parse(message))
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake')
    if (!url.pathname.startsWith('/api/')) return serveFile(webFolder, url.pathname, response)
    const found = findRoute(request.method ?? 'GET', url.pathname)
    if (!found) throw new AppError('not_found', `There is no ${request.method} ${url.pathname}`)
    const { name, route, params } = found
    if (route.access !== 'public' && !isSignedIn(request))
      throw new AppError('unauthenticated', 'Sign in to go on.')
    if (route.access === 'admin' && account.role !== 'admin')
      throw new AppError('forbidden', 'Only an administrator may do this.')
    const call: Call = {
      params: route.params?.parse(params) ?? {},
      query: route.query?.parse(Object.fromEntries(url.searchParams)) ?? {},
      body:
        route.body === undefined
          ? undefined
          : route.body.parse(JSON.parse((await readBody(request)) || '{}')),
    }
    if (route.answer === 'bytes') return sendPicture(name, call, request, response)
    const handler = handlers[name] as ((call: Call, response: ServerResponse) => unknown) | undefined
    if (!handler) throw new AppError('not_found', `The fake server has no ${name}`)
    const answer = await handler(call, response)
    sendJson(response, 200, typeof route.answer === 'string' ? answer : route.answer.parse(answer))
  }

  async function sendPicture(
    name: RouteName,
    { params, query }: Call,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const id = Number(params.id)
    const detail = world.library.detail(id)
    if (!detail || detail.thumbhash === null)
      throw new AppError('not_found', 'There is no picture of this asset.')
    const scene = world.library.sceneOf(id)
    response.setHeader('cache-control', 'private, max-age=31536000, immutable')
    if (name === 'getOriginal' && detail.kind === 'video') {
      video ??= makeVideo()
      return sendRange(request, response, video)
    }
    const size =
      name === 'getPreview'
        ? 'preview'
        : name === 'getOriginal'
          ? 'original'
          : query.size === 'tiny'
            ? 'tiny'
            : 'grid'
    const bytes = await pictures.draw(scene, size)
    response.setHeader('content-type', size === 'grid' || size === 'tiny' ? 'image/webp' : 'image/jpeg')
    if (query.download) response.setHeader('content-disposition', 'attachment')
    response.end(bytes)
  }

  const growing = setInterval(() => {
    if (world.scenario !== 'scanning') return
    world.queue.advance('file.ingest', 4)
    world.library.grow(2)
    world.revision += 1
    emit('jobs', { kinds: world.queue.kinds })
    emit('timeline', { revision: world.revision })
  }, 500)

  const close = async () => {
    clearInterval(growing)
    // All of them first: over a connection that is still open the page would connect again to this very
    // server, which then never ends.
    server.close()
    server.closeAllConnections()
    await io.close()
  }
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    world,
    expireSessions: () => {
      sessions.clear()
      live.disconnectSockets(true)
    },
    emit,
    close,
    [Symbol.asyncDispose]: close,
  }
}

function findRoute(
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

async function serveFile(webFolder: string, path: string, response: ServerResponse): Promise<void> {
  const isFile = extname(path) !== ''
  const name = isFile ? path.replaceAll('..', '') : '/index.html'
  try {
    const bytes = await readFile(join(webFolder, name))
    response.setHeader('content-type', mimeTypes[extname(name)] ?? 'application/octet-stream')
    response.setHeader('content-security-policy', contentSecurityPolicy)
    response.setHeader(
      'cache-control',
      name.startsWith('/static/') ? 'max-age=31536000, immutable' : 'no-cache',
    )
    response.end(bytes)
  } catch {
    response.writeHead(404).end()
  }
}

function sendRange(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
  response.setHeader('content-type', 'video/webm')
  response.setHeader('accept-ranges', 'bytes')
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
  if (!range) {
    response.end(bytes)
    return
  }
  const start = Number(range[1])
  const end = Math.min(range[2] ? Number(range[2]) : bytes.length - 1, bytes.length - 1)
  if (start > end) {
    response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end()
    return
  }
  response.writeHead(206, { 'content-range': `bytes ${start}-${end}/${bytes.length}` })
  response.end(bytes.subarray(start, end + 1))
}

/** Three seconds of a test picture; empty where there is no ffmpeg, which looks like a codec nobody can play. */
function makeVideo(): Buffer {
  const out = join(tmpdir(), `hearth-fake-${process.pid}.webm`)
  const source = ['-f', 'lavfi', '-i', 'gradients=s=960x540:d=3:speed=0.02']
  spawnSync('ffmpeg', [
    '-loglevel',
    'error',
    '-y',
    ...source,
    '-pix_fmt',
    'yuv420p',
    '-c:v',
    'libvpx',
    '-b:v',
    '600k',
    out,
  ])
  const read = spawnSync('cat', [out], { maxBuffer: 16_000_000 })
  spawnSync('rm', ['-f', out])
  return read.stdout
}

function cookieOf(request: IncomingMessage): string {
  const match = new RegExp(`${SESSION_COOKIE}=([^;]+)`).exec(request.headers.cookie ?? '')
  return match?.[1] ?? ''
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const part of request.setEncoding('utf8')) text += part
  return text
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(value))
}

if (process.argv[1] && basename(process.argv[1]) === 'fake-server.ts') {
  const scenario = scenarios.find((known) => known === process.argv[2]) ?? 'full'
  const { url } = await startFakeServer({
    scenario,
    port: Number(process.argv[3] ?? 4180),
    signedIn: scenario !== 'setup',
  })
  console.log(
    `${scenario}: ${url} (sign in as ${FAKE_NAME} with “${FAKE_PASSWORD}”; scenarios: ${scenarios.join(', ')})`,
  )
}
