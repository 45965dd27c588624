import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import type { CoordinatorMessage } from '../../../protocol/agents.ts'
import type { LocalAccess } from '../../accounts/local-access.ts'
import { startSession } from '../../accounts/sessions.ts'
import { SetupToken } from '../../accounts/setup-token.ts'
import { createToken, tokenHash } from '../../accounts/token-hash.ts'
import { dataFolder } from '../../db/backup/data-folder.ts'
import type { Database } from '../../db/database.ts'
import { DamageRecord } from '../../db/integrity/damage-record.ts'
import { type Engine, freshDatabase } from '../../db/testing/fresh-database.ts'
import { DatabaseWatch } from '../../db/watch/database-watch.ts'
import { createJobTypes } from '../../job-types.ts'
import { JobEnds } from '../../jobs/job-ends.ts'
import type { JobTypes } from '../../jobs/job-type.ts'
import { DerivedStore } from '../../media/derived-store.ts'
import { Transfers } from '../../media/transfers.ts'
import { loadHouse } from '../../pairing/house.ts'
import { revokeAgent } from '../../pairing/revoke-agent.ts'
import type { CertificatePair } from '../../tls/server-certificate.ts'
import { createHttpServer, type HttpServer } from '../http-server.ts'

export type Sent = { agentId: number; event: string; message: unknown }

/** A whole HTTP side on a free port with a database of its own. The connected agents are the test's to play. */
export type TestServer = AsyncDisposable & {
  http: HttpServer
  url: string
  db: Database
  folder: string
  store: DerivedStore
  damage: DamageRecord
  setupToken: SetupToken
  /** Whom to tell of jobs that have ended. */
  ends: JobEnds
  /** Agents that count as connected. */
  online: Set<number>
  /** What was sent to agents. */
  sent: Sent[]
  /** Called for each `bytes.send`. */
  onBytesWanted: (agentId: number, message: CoordinatorMessage<'bytes.send'>) => void
  changes: string[]
  /** What was logged, as text. */
  log: string[]
  signedOut: string[]
}

export type TestServerOptions = {
  engine?: Engine
  types?: JobTypes
  publicOrigins?: string[]
  webFolder?: string | null
  certificate?: CertificatePair
  waitMs?: number
  localAccess?: LocalAccess
}

export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const fresh = await freshDatabase(options.engine)
  const folder = await mkdtemp(join(tmpdir(), 'hearth-http-'))
  const store = new DerivedStore(folder)
  await store.prepare()
  const test = {
    db: fresh.db,
    folder,
    store,
    setupToken: new SetupToken(),
    ends: new JobEnds(),
    online: new Set<number>(),
    sent: [] as Sent[],
    changes: [] as string[],
    log: [] as string[],
    signedOut: [] as string[],
    onBytesWanted: () => {},
  } as unknown as TestServer
  const transfers = new Transfers({
    coordinatorId: randomUUID(),
    waitMs: options.waitMs ?? 5_000,
    sendToAgent: async (agentId, message) => {
      if (!test.online.has(agentId)) return false
      test.onBytesWanted(agentId, message)
      return true
    },
  })
  const log = pino({ level: 'warn' }, { write: (line: string) => void test.log.push(line) })
  test.damage = new DamageRecord({ db: fresh.db, log })
  test.http = createHttpServer({
    db: fresh.db,
    watch: new DatabaseWatch({
      db: fresh.db,
      log,
      address: fresh.address,
      dataFolder: folder,
      backupsFolder: dataFolder.backups(folder),
      damage: test.damage,
    }),
    log,
    version: '1.2.3',
    publicOrigins: options.publicOrigins ?? [],
    certificate: options.certificate ?? null,
    sharedCertificate: null,
    webFolder: options.webFolder ?? null,
    fleet: {
      sendTo: (agentId, event, message) => void test.sent.push({ agentId, event, message }),
      hintWork: () => {},
      limitsChanged: () => {},
      revoke: (agentId) => revokeAgent(fresh.db, agentId),
      rename: async (agentId, name) => {
        await fresh.db.updateTable('agent').set({ name }).where('id', '=', agentId).execute()
      },
      configure: async (agentId, settings) => {
        const text = JSON.stringify(settings)
        await fresh.db.updateTable('agent').set({ settings: text }).where('id', '=', agentId).execute()
      },
      drain: async (agentId, drain) => {
        await fresh.db.updateTable('agent').set({ draining: drain }).where('id', '=', agentId).execute()
      },
    },
    pairing: {
      house: (await loadHouse(fresh.db)).publicKey,
      fingerprint: () => null,
      urls: () => ['http://192.0.2.1:8470'],
    },
    types: options.types ?? createJobTypes(),
    ends: test.ends,
    derivedStore: store,
    transfers,
    setupToken: test.setupToken,
    ...(options.localAccess ? { localAccess: options.localAccess } : {}),
    onChange: (what) => void test.changes.push(what),
    onSignOut: (token) => void test.signedOut.push(token),
    checkAnswers: true,
  })
  const { server } = test.http
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  test.url = `${options.certificate ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`
  test[Symbol.asyncDispose] = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    test.http.close()
    await fresh[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  }
  return test
}

/** Well formed, of no password. */
const nobodysHash = `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`

/** The Cookie header of a new session of a new or known account. */
export async function cookieOf(db: Database, role: 'admin' | 'user'): Promise<string> {
  const known = await db.selectFrom('account').select('id').where('role', '=', role).executeTakeFirst()
  const account =
    known ??
    (await db
      .insertInto('account')
      .values({ name: role, password_hash: nobodysHash, role })
      .returning('id')
      .executeTakeFirstOrThrow())
  const { token } = await startSession(db, account.id)
  return `hearth_session=${token}`
}

/** A known agent; its token goes into `Authorization: Bearer …`. */
export async function addAgent(
  db: Database,
  name: string,
  roots: string[] = ['/'],
): Promise<{ id: number; token: string }> {
  const token = createToken()
  const { id } = await db
    .insertInto('agent')
    .values({
      name,
      public_key: Buffer.from(createToken()),
      session_hash: tokenHash(token),
      last_seen_at: new Date('2026-01-02T03:04:05Z'),
      capabilities: JSON.stringify([{ capability: 'scan', concurrency: 1 }]),
      roots: JSON.stringify(roots),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return { id, token }
}

export type RawAnswer = { status: number; headers: IncomingMessage['headers']; body: Buffer }

/** Sends a request exactly as written: `fetch` would tidy paths up and refuse some headers. */
export async function rawRequest(
  url: string,
  path: string,
  options: { method?: string; headers?: OutgoingHttpHeaders; body?: string | Buffer } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  const request = httpRequest({
    hostname,
    port,
    path,
    method: options.method ?? 'GET',
    headers: options.headers,
    agent: false,
  })
  request.end(options.body)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  return { status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }
}
