import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { Server } from 'socket.io'
import { type DatabaseAddress, openDatabase } from '../../../coordinator/db/database.ts'
import { migrate } from '../../../coordinator/db/migrate.ts'
import { enrollAgents } from '../../../coordinator/fleet/enroll-agents.ts'
import { AgentHub } from '../../../coordinator/hub/agent-hub.ts'
import { Presence } from '../../../coordinator/hub/presence.ts'
import { enqueueJobs } from '../../../coordinator/jobs/enqueue.ts'
import { loadHouse } from '../../../coordinator/pairing/house.ts'
import { noopCapability, noopContract, noopKind, noopTypes } from './noop-type.ts'

export type HubRequest =
  | { type: 'start'; address: DatabaseAddress; agents: { name: string; publicKey: string }[] }
  /** Queues no-op jobs with these subjects and tells the agents. */
  | { type: 'enqueue'; firstSubject: number; count: number }

export type HubAnswer = { type: 'listening'; url: string } | { type: 'enqueued'; atNs: string }

const INSERT_BATCH = 5_000

/** The coordinator's side of the queue in a process of its own, for jobs that do nothing. */
const log = pino({ level: 'warn' })
const answer = (message: HubAnswer) => process.send?.(message)
let enqueue = async (_firstSubject: number, _count: number): Promise<void> => {}

process.on('message', async (request: HubRequest) => {
  if (request.type === 'start') await start(request)
  else {
    // Before the transaction: what is measured begins with the wish.
    const atNs = process.hrtime.bigint().toString()
    await enqueue(request.firstSubject, request.count)
    answer({ type: 'enqueued', atNs })
  }
})
process.on('disconnect', () => process.exit(0))

async function start(request: Extract<HubRequest, { type: 'start' }>): Promise<void> {
  const db = openDatabase(request.address)
  await migrate(db)
  await enrollAgents(db, request.agents)
  const presence = new Presence({ db, log, version: 'bench', isAlone: true })
  await presence.start('http://127.0.0.1')
  const server = createServer()
  const io = new Server(server, { serveClient: false })
  const hub = new AgentHub({
    db,
    log,
    namespace: io.of('/agents'),
    isShared: false,
    types: noopTypes,
    presence,
    guard: { trust: () => {} },
    leaseTtlMs: 30_000,
    onChange: () => {},
    house: await loadHouse(db),
  })
  enqueue = async (firstSubject, count) => {
    for (let from = 0; from < count; from += INSERT_BATCH) {
      const size = Math.min(INSERT_BATCH, count - from)
      await enqueueJobs(
        db,
        Array.from({ length: size }, (_, i) => ({
          kind: noopKind,
          contract: noopContract,
          subjectId: firstSubject + from + i,
          libraryId: null,
        })),
      )
    }
    hub.words.hintWork({ capability: noopCapability })
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  answer({ type: 'listening', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
}
