import type { AddressInfo } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import { Server as SocketServer } from 'socket.io'
import type { CoordinatorConfig } from '../config/coordinator-config.ts'
import type { Closers } from '../config/run-process.ts'
import { AppError } from '../protocol/errors.ts'
import { ensureAdmin, isSetupNeeded } from './accounts/first-administrator.ts'
import { LocalAccess } from './accounts/local-access.ts'
import { SetupToken } from './accounts/setup-token.ts'
import { backUpBeforeUpgrade } from './db/backup/back-up-before-upgrade.ts'
import { type Database, openDatabase } from './db/database.ts'
import { reasonOf } from './db/database-error.ts'
import { DamageRecord } from './db/integrity/damage-record.ts'
import { IntegrityCheck } from './db/integrity/integrity-check.ts'
import { migrate } from './db/migrate.ts'
import { DatabaseWatch } from './db/watch/database-watch.ts'
import { isAgentConnected } from './fleet/agent-views.ts'
import { enrollAgents, ensureLibraries, scanAll } from './fleet/enroll-agents.ts'
import { answerSupervisor } from './fleet/supervisor-link.ts'
import { Housekeeping } from './housekeeping.ts'
import { closeServer } from './http/close-server.ts'
import { createHttpServer, type HttpServer } from './http/http-server.ts'
import { AgentHub } from './hub/agent-hub.ts'
import { allowSocketRequest } from './hub/allow-socket-request.ts'
import { attachLive } from './hub/live.ts'
import { ownUrl } from './hub/own-url.ts'
import { Presence } from './hub/presence.ts'
import { SocketAdapter } from './hub/socket-adapter.ts'
import { SocketGuard } from './hub/socket-guard.ts'
import { createJobTypes } from './job-types.ts'
import { JobEnds } from './jobs/job-ends.ts'
import type { JobTypes } from './jobs/job-type.ts'
import { DerivedStore } from './media/derived-store.ts'
import { Transfers } from './media/transfers.ts'
import { VisionKeeper } from './models/vision-keeper.ts'
import { advertise } from './pairing/advertise.ts'
import { loadHouse } from './pairing/house.ts'
import { isLoopback, pairingUrls } from './pairing/pairing-urls.ts'
import { loadCertificate } from './tls/load-certificate.ts'
import { Waker } from './wake/waker.ts'

const VERSION = '0.1.0'
/** A message of an agent is at most a few thousand file names; bytes go over HTTP. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024
const CLOSE_LIMIT_MS = 3_000

/** What the supervisor learns when the coordinator is ready. */
export type CoordinatorInfo = {
  port: number
  /** Where programs on its own machine reach it. */
  url: string
  setupToken: string | null
  /** By which agents on this machine know it. */
  house: string
  /** Of its certificate, base64url; null without TLS. */
  fingerprint: string | null
}

export type StartOptions = {
  /** The kinds of work that it knows; tests and benchmarks add their own. */
  types?: JobTypes
  /** It shows another certificate than `CoordinatorInfo` says. */
  onCertificate?: (fingerprint: string) => void
}

/**
 * Puts a coordinator together and starts it.
 *
 * @throws AppError `bad_request` for what the owner can mend: a port in use, a database that does not answer
 */
export async function startCoordinator(
  config: CoordinatorConfig,
  log: Logger,
  closers: Closers,
  { types = createJobTypes(), onCertificate = () => {} }: StartOptions = {},
): Promise<CoordinatorInfo> {
  const db = openDatabase(config.database, { onDamage: (error) => damage.met(error) })
  const damage = new DamageRecord({ db, log })
  closers.push(() => closeDatabase(db))
  await requireDatabase(db, config.database)
  const { database: address, backupsFolder } = config
  if (config.backupBeforeUpgrade) await backUpBeforeUpgrade({ address, backupsFolder, log })
  await migrate(db)

  const house = await loadHouse(db)
  const certificate = await loadCertificate(config)
  const derivedStore = new DerivedStore(config.dataFolder, `${hostname()}:${config.port}`)
  await derivedStore.prepare()
  if (config.admin) await ensureAdmin(db, config.admin)
  const agentIds = await enrollAgents(db, config.enrolledAgents)
  await ensureLibraries(db, agentIds, config.libraries)

  const presence = new Presence({
    db,
    log,
    version: VERSION,
    isAlone: 'socketFolder' in config.database,
    onPeers: () => live.changed('agents'),
  })
  const watch = new DatabaseWatch({
    db,
    log,
    address: config.database,
    dataFolder: config.dataFolder,
    backupsFolder: config.backupsFolder,
    damage,
    onBack: () => {
      hub.catchUp()
      live.catchUp()
    },
  })
  closers.push(() => watch.stop())
  const setupToken = new SetupToken()
  const ends = new JobEnds()
  const localAccess = new LocalAccess(config.dataFolder)
  const http: HttpServer = createHttpServer({
    db,
    watch,
    log,
    version: VERSION,
    publicOrigins: config.publicOrigins,
    certificate: certificate?.pair ?? null,
    sharedCertificate: certificate?.isSelfSigned ? certificate.pair.cert : null,
    webFolder: config.webFolder,
    fleet: {
      sendTo: (agentId, event, message) => hub.words.sendTo(agentId, event, message),
      hintWork: (hint) => hub.words.hintWork(hint),
      drain: (agentId, drain) => hub.words.drain(agentId, drain),
      configure: (agentId, settings) => hub.words.configure(agentId, settings),
      rename: (agentId, name) => hub.words.rename(agentId, name),
      revoke: (agentId) => hub.words.revoke(agentId),
      limitsChanged: () => hub.limitsChanged(),
    },
    pairing: {
      house: house.publicKey,
      fingerprint: () => (certificate?.isSelfSigned ? certificate.fingerprint : null),
      urls: () => {
        const isTls = certificate !== null
        return pairingUrls({ ...config, port: portOf(http), isTls, interfaces: networkInterfaces() })
      },
    },
    types,
    ends,
    derivedStore,
    transfers: new Transfers({
      coordinatorId: presence.id,
      sendToAgent: async (agentId, message) => {
        if (!(await isAgentConnected(db, agentId))) return false
        hub.words.sendTo(agentId, 'bytes.send', message)
        return true
      },
    }),
    setupToken,
    localAccess,
    onChange: (what) => live.changed(what),
    onSignOut: (token) => live.endSession(token),
  })
  closers.push(() => http.close())

  const guard = new SocketGuard({ log })
  const io = new SocketServer({
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    serveClient: false,
    allowRequest: allowSocketRequest(config.publicOrigins, guard),
  })
  closers.push(() => presence.stop())
  // The embedded database has one coordinator, and tells nobody anything.
  const isShared = 'url' in config.database
  const hub = new AgentHub({
    db,
    log,
    namespace: io.of('/agents'),
    isShared,
    types,
    presence,
    guard,
    leaseTtlMs: config.leaseTtlMs,
    onChange: (what) => live.changed(what),
    onEnded: (ended) => ends.tell(ended),
    house,
    channels: () => certificate?.channels ?? [''],
    takesJoinRequests: config.joinRequests,
  })
  const live = attachLive(io, {
    db,
    log,
    publicOrigins: config.publicOrigins,
    guard,
    isShared,
  })
  closers.push(() => live.close())
  const adapter =
    'url' in config.database
      ? new SocketAdapter({
          url: config.database.url,
          log,
          onHealed: () => {
            hub.catchUp()
            live.catchUp()
          },
        })
      : undefined
  if (adapter) {
    adapter.attach(io)
    closers.push(() => adapter.close())
  }

  const housekeeping = new Housekeeping({
    db,
    log,
    keepDays: config.keepDays,
    leaseTtlMs: config.leaseTtlMs,
    onReturned: () => {
      hub.words.hintWork()
      live.changed('jobs')
    },
  })
  housekeeping.start()
  closers.push(() => housekeeping.stop())
  const waker = new Waker({ db, log, link: hub.words, onChange: () => live.changed('agents') })
  waker.start()
  closers.push(() => waker.stop())
  const visionKeeper = new VisionKeeper({
    db,
    log,
    isShared,
    onQueued: () => {
      hub.words.hintWork()
      live.changed('jobs')
      live.changed('models')
    },
  })
  visionKeeper.start()
  closers.push(() => visionKeeper.stop())
  const integrity = new IntegrityCheck({ db, log, damage })
  integrity.start()
  closers.push(() => integrity.stop())
  watch.start()
  if (config.scanOnStart) await scanAll(db)

  const port = await listen(http, config)
  closers.push(() => closeServer(http.server))
  const isTls = certificate !== null
  const url = localUrl(config.host, port, isTls)
  const publishAccess = () => localAccess.publish(url, certificate?.fingerprint ?? null)
  await publishAccess()
  closers.push(() => localAccess.withdraw())
  certificate?.watch(log, (pair) => {
    http.setCertificate(pair)
    publishAccess().catch((error) =>
      log.warn({ err: error }, 'hearth commands on this machine do not learn of the renewed certificate'),
    )
    onCertificate(certificate.fingerprint)
  })
  closers.push(() => certificate?.stop())
  await presence.start(config.url ?? ownUrl(config.host, port, hostname(), isTls))
  // Only now: an agent's row names the coordinator that it is connected to.
  if (adapter) await adapter.listening
  io.attach(http.server)
  guard.attach(io)
  // Agents and browsers go elsewhere at once. Not waited for: one that sleeps takes half a minute to say goodbye.
  closers.push(() => void io.close())
  if (config.joinRequests && !isLoopback(config.host)) {
    closers.push(advertise({ port, isTls, house: house.publicKey, log }))
  }
  closers.push(answerSupervisor({ db, log, setWebFolder: http.setWebFolder }))
  log.info({ host: config.host, port }, 'coordinator ready')
  return {
    port,
    url,
    setupToken: (await isSetupNeeded(db)) ? setupToken.value : null,
    house: house.publicKey,
    fingerprint: certificate?.fingerprint ?? null,
  }
}

/** Where programs on this machine reach the coordinator. */
function localUrl(host: string, port: number, isTls: boolean): string {
  const isEverywhere = host === '0.0.0.0' || host === '::'
  const name = isEverywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return `${isTls ? 'https' : 'http'}://${name}:${port}`
}

/** A statement that hangs must not keep the process: the database gives it up with its connection. */
async function closeDatabase(db: Database): Promise<void> {
  await Promise.race([db.destroy(), sleep(CLOSE_LIMIT_MS, undefined, { ref: false })])
}

async function requireDatabase(db: Database, address: CoordinatorConfig['database']): Promise<void> {
  try {
    await sql`select 1`.execute(db)
  } catch (error) {
    const reason = reasonOf(error)
    throw new AppError(
      'unavailable',
      'url' in address
        ? `The Postgres server in DATABASE_URL cannot be used (${reason}): check the address, the name and the password, and that the server runs`
        : `The embedded database does not answer (${reason})`,
      { cause: error },
    )
  }
}

function portOf({ server }: HttpServer): number {
  return (server.address() as AddressInfo).port
}

function listen({ server }: HttpServer, config: CoordinatorConfig): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new AppError(
              'bad_request',
              `Port ${config.port} is in use: choose another with --port, or --port 0 for a free one`,
              { cause: error },
            )
          : error.code === 'EACCES'
            ? new AppError(
                'bad_request',
                `Port ${config.port} may not be used by this user: choose one above 1023 with --port`,
                { cause: error },
              )
            : new AppError(
                'bad_request',
                `Hearth cannot listen on ${config.host}:${config.port}: ${error.message}`,
                { cause: error },
              ),
      )
    })
    server.listen(config.port, config.host, () => resolve((server.address() as AddressInfo).port))
  })
}
