import { stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testEnvironment } from '../../config/test-environment.ts'
import { fetchPostgres } from './fetch-postgres.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import { runProgram } from './run-program.ts'

/**
 * A private Postgres server, fetched when it is not in the cache yet.
 *
 * @throws Error with one sentence that says how to get a server
 */
export async function startPrivatePostgres(options?: { durable?: boolean }): Promise<PostgresServer> {
  try {
    return await startPostgres(await fetchPostgres(await chooseFolder()), options)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(
      `No private Postgres (${reason}): as root on Debian, apt-get install patchelf; elsewhere set TEST_DATABASE_URL to a server with pgvector`,
      { cause: error },
    )
  }
}

/** The cache, unless the server's own user may not go there, as in a checkout in root's home. */
async function chooseFolder(): Promise<string> {
  const folder = join(testEnvironment.cacheFolder, 'postgres-17')
  if (process.getuid?.() !== 0) return folder
  const parent = join(testEnvironment.cacheFolder, '..')
  const asNobody = ['--reuid=nobody', '--clear-groups', '--regid=65534', 'ls', parent]
  const { exitCode } = await runProgram('setpriv', asNobody)
  return exitCode === 0 ? folder : requireOwnFolder(join(tmpdir(), 'hearth-test-postgres-17'))
}

/** Anybody can make a folder in the temporary one; programs are run only from our own. */
async function requireOwnFolder(folder: string): Promise<string> {
  const owner = await stat(folder).then(
    ({ uid }) => uid,
    () => undefined,
  )
  if (owner !== undefined && owner !== process.getuid?.())
    throw new Error(`${folder} belongs to another user`)
  return folder
}
