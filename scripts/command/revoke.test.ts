import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findProgram, testEnvironment } from '../../config/test-environment.ts'
import { createKey, TestAgent } from '../../coordinator/hub/testing/test-agent.ts'
import { HearthCommand } from './testing/hearth-command.ts'
import { SecureCoordinator } from './testing/secure-coordinator.ts'

/** The promise. */
const DROP_LIMIT_MS = 1_000

test.skipIf(!testEnvironment.databaseUrl)(
  'a revoked agent is dropped within a second, also by another coordinator than the one that was asked',
  async () => {
    await using first = await SecureCoordinator.start()
    await using second = await SecureCoordinator.start({ on: first.fresh })
    const key = createKey()
    const { id } = await first.db
      .insertInto('agent')
      .values({ name: 'laptop', public_key: Buffer.from(key.publicKey, 'base64url') })
      .returning('id')
      .executeTakeFirstOrThrow()
    const agent = await TestAgent.dial(second.url, key)
    await agent.ask('hello', agent.hello())
    const gone = agent.untilGone().then(() => performance.now())
    await first.ask('revokeAgent', { id })
    const revokedAt = performance.now()
    expect((await gone) - revokedAt).toBeLessThan(DROP_LIMIT_MS)
    const back = await TestAgent.dial(second.url, key)
    expect((await back.refusal('hello', back.hello())).code).toBe('unauthenticated')
    back.socket.disconnect()
  },
)

test.skipIf(!findProgram('ss'))('an agent listens on no port, in none of its processes', async () => {
  await using coordinator = await SecureCoordinator.start({ tls: 'selfSigned' })
  const folder = await mkdtemp(join(tmpdir(), 'hearth-ports-'))
  const { code } = await coordinator.ask('createPairingCode', { body: {} })
  const parameters = ['pair', coordinator.url, code, '--state', folder, '--folder', folder, '--run']
  const agent = new HearthCommand(['agent', ...parameters])
  try {
    const agents = async () => (await coordinator.ask('listAgents')).items
    await expect.poll(agents, { timeout: 30_000 }).toMatchObject([{ state: 'online' }])
    const pids = processTree(agent.child.pid!)
    expect(pids.length).toBeGreaterThan(0)
    const ours = (table: string) =>
      table.split('\n').filter((line) => pids.some((pid) => line.includes(`pid=${pid},`)))
    expect(ours(execFileSync('ss', ['-Hltunp'], { encoding: 'utf8' }))).toEqual([])
    // What it does have is the way out: else this test would see nothing at all.
    expect(ours(execFileSync('ss', ['-Htnp'], { encoding: 'utf8' })).length).toBeGreaterThan(0)
  } finally {
    agent.child.kill('SIGTERM')
    await agent.end()
    await rm(folder, { recursive: true, force: true })
  }
})

/** A process and all below it, as Linux tells. */
function processTree(root: number): number[] {
  const pairs = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // `pid (name) state parent …`; the name may hold anything.
        const [, parent] = /^.*\) \w (\d+)/s.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? []
        return parent === undefined ? [] : [{ pid: Number(name), parent: Number(parent) }]
      } catch {
        return []
      }
    })
  const tree = [root]
  for (const above of tree) tree.push(...pairs.filter(({ parent }) => parent === above).map(({ pid }) => pid))
  return tree
}
