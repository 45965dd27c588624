import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Server } from 'socket.io'
import { type Account, SESSION_COOKIE } from '../../protocol/api/account-routes.ts'
import type { RouteName } from '../../protocol/api/routes.ts'
import { AppError, errorRules, toErrorBody } from '../../protocol/errors.ts'
import { type LiveEvent, type LiveMessage, liveEvents } from '../../protocol/live.ts'
import { curationHandlers } from './fake-curation.ts'
import { detectionHandlers } from './fake-detections.ts'
import { makeVideo, sendRange, serveFile } from './fake-files.ts'
import { fleetHandlers } from './fake-fleet.ts'
import { cookieOf, findRoute, readBody, sendJson } from './fake-http.ts'
import { libraryHandlers } from './fake-library-handlers.ts'
import { modelHandlers } from './fake-models.ts'
import { pairingHandlers } from './fake-pairing.ts'
import { FakePictures } from './fake-pictures.ts'
import { searchHandlers } from './fake-search.ts'
import { tokenHandlers } from './fake-tokens.ts'
import { createWorld, type FakeWorld, type Scenario, scenarios } from './fake-world.ts'

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
 * A far side for the web app alone: the routes of `protocol/api/routes.ts` over invented pictures, in states that
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
    ...libraryHandlers(world, emit),
    ...curationHandlers(world.curation, account),
    ...fleetHandlers(world, emit),
    ...pairingHandlers(world, (event) => emit(event, { waiting: world.pairing.requests.length })),
    ...tokenHandlers(world),
    ...modelHandlers(world, (tasks) => emit('models', { tasks })),
    ...detectionHandlers(world),
    ...searchHandlers(world),
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
    response.setHeader('content-type', size === 'tiny' ? 'image/webp' : 'image/jpeg')
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
