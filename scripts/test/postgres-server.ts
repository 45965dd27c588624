import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { requireProgram } from './run-program.ts'

const NOBODY = 65_534
const START_LIMIT_MS = 60_000
const START_CHECK_MS = 50

export type PostgresServer = { url: string; pid: number; stop(): Promise<void> }

/**
 * Starts a throwaway Postgres on a free loopback port; `stop()` removes it.
 *
 * As root it runs as `nobody`, because Postgres refuses root. It ends with this process, however that ends.
 *
 * @param durable false (for tests) never waits for the disk
 */
export async function startPostgres(programs: string, { durable = false } = {}): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-postgres-'))
  const isRoot = process.getuid?.() === 0
  if (isRoot) await chown(folder, NOBODY, NOBODY)
  const asUser = isRoot ? ['--reuid=nobody', `--regid=${NOBODY}`, '--clear-groups'] : []
  await requireProgram(
    'setpriv',
    [...asUser, join(programs, 'initdb'), '-D', folder, '-U', 'postgres', '--auth=trust', '--no-sync'].concat(
      ['--locale=C.UTF-8', '--encoding=UTF8'],
    ),
    { cwd: '/' },
  )
  const port = await findFreePort()
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    jit: 'off',
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
  }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = spawn(
    'setpriv',
    [...asUser, '--pdeathsig=INT', join(programs, 'postgres'), '-D', folder, ...options],
    { cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const exit = once(child, 'exit')
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2_000)
  })
  const stop = async () => {
    child.kill('SIGINT')
    await exit
    await rm(folder, { recursive: true, force: true })
  }
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  for (const giveUpAt = performance.now() + START_LIMIT_MS; !(await answers(url)); ) {
    if (child.exitCode !== null || performance.now() > giveUpAt) {
      await stop()
      throw new Error(`Postgres did not start: ${said.trim()}`)
    }
    await sleep(START_CHECK_MS)
  }
  return { url, pid: child.pid!, stop }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url })
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free TCP port on loopback')
  return address.port
}
