import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { Server } from 'socket.io'
import type { AgentMessage } from '../../../protocol/agents.ts'
import type { Database } from '../../db/database.ts'
import { isAgentConnected } from '../../fleet/agent-views.ts'
import { createJobTypes } from '../../job-types.ts'
import { loadHouse } from '../../pairing/house.ts'
import { VaultActor } from '../../testing/vault-actor.ts'
import { AgentHub, type AgentHubOptions } from '../agent-hub.ts'
import { Presence } from '../presence.ts'
import { createKey, TestAgent, type TestKey } from './test-agent.ts'

const MAX_MESSAGE_BYTES = 4 * 1024 * 1024
export const LEASE_TTL_MS = 30_000

export type TestHub = AsyncDisposable & {
  db: Database
  hub: AgentHub
  url: string
  /** Log lines at `error`: what the coordinator itself believes to be a fault of its own. */
  errors: string[]
  changes: string[]
  /** The vault agent whose key `key` is; plays its part in the database when no socket is needed. */
  vault: VaultActor
  key: TestKey
  isOnline(): Promise<boolean>
  dial(key?: TestKey): Promise<TestAgent>
  /** Dialled and greeted. */
  greet(changes?: Partial<AgentMessage<'hello'>>): Promise<TestAgent>
  jobRow(id: number): Promise<{ state: string; error_code: string | null; error_message: string | null }>
}

/**
 * An agent hub on a real Socket.IO server, and one vault that is enrolled.
 *
 * @param db may be shared: each hub has a vault and a library of its own, and leases go by vault
 */
export async function startHub(
  db: Database,
  options: Partial<Pick<AgentHubOptions, 'channels' | 'versions' | 'takesJoinRequests'>> = {},
): Promise<TestHub> {
  const server = createServer()
  const io = new Server(server, { maxHttpBufferSize: MAX_MESSAGE_BYTES, serveClient: false })
  const errors: string[] = []
  const changes: string[] = []
  const silent = pino({ level: 'silent' })
  const presence = new Presence({ db, log: silent, version: 'test', isAlone: false })
  await presence.start('http://127.0.0.1')
  const hub = new AgentHub({
    db,
    log: pino({ level: 'error' }, { write: (line) => void errors.push(line) }),
    namespace: io.of('/agents'),
    isShared: false,
    types: createJobTypes(),
    presence,
    guard: { trust: () => {} },
    leaseTtlMs: LEASE_TTL_MS,
    onChange: (what) => void changes.push(what),
    house: await loadHouse(db),
    ...options,
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const key = createKey()
  const vault = await VaultActor.create(db, `vault ${key.publicKey}`)
  await db
    .updateTable('agent')
    .set({ public_key: Buffer.from(key.publicKey, 'base64url') })
    .where('id', '=', vault.agentId)
    .execute()

  const agents: TestAgent[] = []
  const dial = async (as = key) => {
    const agent = await TestAgent.dial(url, as)
    agents.push(agent)
    return agent
  }
  return {
    db,
    hub,
    url,
    errors,
    changes,
    vault,
    key,
    isOnline: () => isAgentConnected(db, vault.agentId),
    dial,
    greet: async (changes) => {
      const agent = await dial()
      await agent.ask('hello', agent.hello(changes))
      return agent
    },
    jobRow: (id) =>
      db
        .selectFrom('job')
        .select(['state', 'error_code', 'error_message', 'attempt', 'deaths'])
        .where('id', '=', id)
        .executeTakeFirstOrThrow(),
    [Symbol.asyncDispose]: async () => {
      for (const agent of agents) agent.socket.disconnect()
      await io.close()
      await presence.stop()
    },
  }
}
