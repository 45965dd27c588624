import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import Koa from 'koa'
import type { Logger } from 'pino'
import { AppError } from '../../protocol/errors.ts'
import type { LiveEvent } from '../../protocol/live.ts'
import type { LocalAccess } from '../accounts/local-access.ts'
import type { SetupToken } from '../accounts/setup-token.ts'
import type { Database } from '../db/database.ts'
import type { DatabaseWatch } from '../db/watch/database-watch.ts'
import type { FleetLink } from '../fleet/fleet-link.ts'
import type { JobEnds } from '../jobs/job-ends.ts'
import type { JobTypes } from '../jobs/job-type.ts'
import type { DerivedStore } from '../media/derived-store.ts'
import type { Transfers } from '../media/transfers.ts'
import type { CertificatePair } from '../tls/server-certificate.ts'
import { answerErrors } from './answer-errors.ts'
import { type Doorkeeper, requireAccess } from './authenticate.ts'
import { answerDocs } from './docs-pages.ts'
import { accountHandlers } from './handlers/account-handlers.ts'
import { assetHandlers } from './handlers/asset-handlers.ts'
import { curationHandlers } from './handlers/curation-handlers.ts'
import { fleetHandlers } from './handlers/fleet-handlers.ts'
import { libraryHandlers } from './handlers/library-handlers.ts'
import { mediaHandlers } from './handlers/media-handlers.ts'
import { type PairingFacts, pairingHandlers } from './handlers/pairing-handlers.ts'
import { sourceHandlers } from './handlers/source-handlers.ts'
import { systemHandlers } from './handlers/system-handlers.ts'
import { tokenHandlers } from './handlers/token-handlers.ts'
import { visionHandlers } from './handlers/vision-handlers.ts'
import { Metrics } from './metrics.ts'
import { registerRoutes } from './register-routes.ts'
import { securityHeaders } from './security-headers.ts'
import { WebApp } from './web-app.ts'

export type HttpDependencies = {
  db: Database
  watch: DatabaseWatch
  log: Logger
  /** Of this program, as `package.json` says. */
  version: string
  publicOrigins: readonly string[]
  /** Null speaks plain HTTP. */
  certificate: CertificatePair | null
  /** The built web app; null until there is one. */
  webFolder: string | null
  /** The certificate of the other coordinators where it is their own, as PEM; null asks the authorities. */
  sharedCertificate: string | null
  fleet: FleetLink
  pairing: PairingFacts
  /** The kinds of work, which say what their agents may read. */
  types: JobTypes
  /** Told of each job that has ended. */
  ends: JobEnds
  derivedStore: DerivedStore
  transfers: Transfers
  setupToken: SetupToken
  /** Lets in the command line on this machine; without it nobody is. */
  localAccess?: LocalAccess
  /** What screens show has changed. */
  onChange: (what: LiveEvent) => void
  /** The session behind this token has just ended. */
  onSignOut: (token: string) => void
  /** In tests: every answer must be what the contract says. */
  checkAnswers?: boolean
}

export type HttpServer = {
  server: Server | TlsServer
  /** From the next connection on; nothing happens without TLS. */
  setCertificate: (certificate: CertificatePair) => void
  setWebFolder: (folder: string | null) => void
  /** Stops measuring; closing the server is its owner's. */
  close: () => void
}

const timeouts = { keepAliveTimeout: 65_000 }

/** The coordinator's HTTP side, not yet listening. */
export function createHttpServer(dependencies: HttpDependencies): HttpServer {
  const { db, log, publicOrigins } = dependencies
  const metrics = new Metrics()
  const web = new WebApp(dependencies.webFolder)
  const door: Doorkeeper = { db, publicOrigins, localAccess: dependencies.localAccess ?? null }
  const router = registerRoutes({
    door,
    checkAnswers: dependencies.checkAnswers ?? false,
    handlers: {
      ...systemHandlers(dependencies, metrics),
      ...accountHandlers(dependencies),
      ...tokenHandlers(dependencies),
      ...libraryHandlers(dependencies),
      ...assetHandlers(dependencies),
      ...curationHandlers(dependencies),
      ...mediaHandlers(dependencies),
      ...fleetHandlers(dependencies),
      ...pairingHandlers(dependencies),
      ...sourceHandlers(dependencies),
      ...visionHandlers(dependencies),
    },
  })

  const app = new Koa()
  // Answers are made or broken by `answerErrors`; what still arrives here is a reader that has gone.
  app.on('error', (error) => log.debug({ err: error }, 'answer not delivered'))
  app.use(securityHeaders())
  app.use(answerErrors(log))
  app.use(router.routes())
  app.use(async (context) => {
    const isRead = context.method === 'GET' || context.method === 'HEAD'
    if (/^\/(api|socket\.io)(\/|$)/i.test(context.path) || !isRead) {
      throw new AppError('not_found', `There is no ${context.method} ${context.path}`)
    }
    if (/^\/docs(\/|$)/.test(context.path)) {
      await requireAccess(door, 'user', context)
      if (answerDocs(context)) return
      throw new AppError('not_found', 'There is no such page')
    }
    await web.answer(context)
  })

  const handle = app.callback()
  const answer = (request: IncomingMessage, response: ServerResponse) => void handle(request, response)
  const { certificate } = dependencies
  const tlsServer = certificate && createTlsServer({ ...certificate, ...timeouts }, answer)
  const server = tlsServer ?? createServer(timeouts, answer)
  // An original takes as long as its reader likes. Headers still have to come within a minute.
  server.requestTimeout = 0
  return {
    server,
    setCertificate: (pair) => tlsServer?.setSecureContext(pair),
    setWebFolder: (folder) => web.setFolder(folder),
    close: () => metrics.close(),
  }
}
