import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from '../../../coordinator/db/database.ts'
import { freshDatabase } from '../../../coordinator/db/testing/fresh-database.ts'
import { createKey, TestAgent, type TestKey } from '../../../coordinator/hub/testing/test-agent.ts'
import { VaultActor } from '../../../coordinator/testing/vault-actor.ts'
import { ApiClient } from '../../start/testing/api-client.ts'
import { inspectable } from './flood-memory.ts'
import { RigProcess } from './rig-process.ts'

const PASSWORD = 'a long password'

/** A real coordinator process, without agents but for those that a test plays. */
export type FloodRig = AsyncDisposable & {
  url: string
  pid: number
  db: Database
  /** Makes an agent known. */
  enroll(name: string): Promise<{ key: TestKey; vault: VaultActor }>
  /** Connected and greeted. */
  greet(key: TestKey): Promise<TestAgent>
  signIn(): Promise<ApiClient>
  /** What it has logged, the newest last. */
  lines: readonly string[]
}

export async function startFloodRig(): Promise<FloodRig> {
  const fresh = await freshDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'hearth-flood-'))
  writeFileSync(join(folder, 'password'), PASSWORD)
  const coordinator = new RigProcess({
    name: 'coordinator',
    script: 'coordinator/main.ts',
    config: () => ({
      port: 0,
      database: fresh.address,
      dataFolder: join(folder, 'data'),
      admin: { name: 'owner', passwordFile: join(folder, 'password') },
    }),
    env: inspectable,
  })
  const { port } = (await coordinator.start()) as { port: number }
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    pid: coordinator.pid!,
    db: fresh.db,
    lines: coordinator.lines,
    async enroll(name) {
      const key = createKey()
      const vault = await VaultActor.create(fresh.db, name)
      await fresh.db
        .updateTable('agent')
        .set({ public_key: Buffer.from(key.publicKey, 'base64url') })
        .where('id', '=', vault.agentId)
        .execute()
      return { key, vault }
    },
    async greet(key) {
      const agent = await TestAgent.dial(url, key)
      await agent.ask('hello', agent.hello())
      return agent
    },
    async signIn() {
      const api = new ApiClient(url)
      await api.signIn('owner', PASSWORD)
      return api
    },
    async [Symbol.asyncDispose]() {
      await coordinator.kill()
      await fresh[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
