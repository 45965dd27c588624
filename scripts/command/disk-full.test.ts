import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { childEnvironment, findProgram } from '../../config/test-environment.ts'
import { readBackupStatus } from '../../coordinator/db/backup/backup-status.ts'
import { checkBackup } from '../../coordinator/db/backup/check-backup.ts'
import { dataFolder } from '../../coordinator/db/backup/data-folder.ts'
import { type FilledDatabase, filledDatabase } from '../../coordinator/db/backup/testing/filled-database.ts'

// New databases are made in seconds on a free machine, and in many on one that runs all tests at once.
vi.setConfig({ testTimeout: 180_000 })

const SCRIPT = join(import.meta.dirname, '..', 'hearth.ts')
const DISK_BYTES = 256 * 1024

let base = ''
let filled: FilledDatabase
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'hearth-full-'))
  filled = await filledDatabase('embedded')
})
afterAll(async () => {
  await filled[Symbol.asyncDispose]()
  await rm(base, { recursive: true, force: true })
})

/** Two backups to one file on a small disk of their own, the second when told; then what is there is brought out. */
const twoBackups = `
  mount -t tmpfs -o size=${DISK_BYTES} tmpfs "$DISK" || exit 9
  "$@"; echo "first ended with $?"
  read go
  "$@"; echo "second ended with $?"
  cp "$DISK"/* "$KEPT"`

function inSmallDisk(disk: string, kept: string, command: readonly string[]): ChildProcess {
  return spawn('unshare', ['--mount', 'sh', '-c', twoBackups, 'sh', process.execPath, ...command], {
    env: childEnvironment({ DISK: disk, KEPT: kept, DATABASE_URL: undefined, NODE_OPTIONS: undefined }),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

test.skipIf(process.getuid?.() !== 0 || !findProgram('unshare'))(
  'a disk too small for the new backup keeps the one before, and the sentence says which disk',
  async () => {
    if (!('data' in filled.location)) throw new Error('Not embedded')
    const { data } = filled.location
    const [disk, kept] = [join(base, 'disk'), join(base, 'kept')]
    await mkdir(disk)
    await mkdir(kept)
    const shell = inSmallDisk(disk, kept, [SCRIPT, 'backup', '--data', data, '--to', join(disk, 'all')])
    let said = ''
    for (const stream of [shell.stdout!, shell.stderr!]) {
      stream.setEncoding('utf8').on('data', (text) => {
        said += text
      })
    }
    await expect.poll(() => said, { timeout: 120_000 }).toMatch(/first ended with/)
    expect(said).toContain('first ended with 0')
    const { lastSuccess } = await readBackupStatus(dataFolder.backups(data))

    // Hashes cannot be compressed.
    await sql`insert into account (name, password_hash, role)
      select n::text, encode(sha256(n::text::bytea), 'hex'), 'user' from generate_series(1, 20000) n`.execute(
      filled.db,
    )
    shell.stdin!.end('go\n')
    await expect.poll(() => shell.exitCode, { timeout: 120_000 }).toBe(0)
    expect(said).toContain('second ended with 1')
    expect(said).toContain(`The disk with ${disk} is full`)
    const { footer } = await checkBackup(join(kept, 'all'), () => {})
    expect(footer.tables.reduce((sum, { rows }) => sum + rows, 0)).toBe(lastSuccess?.rows)
    expect(await readBackupStatus(dataFolder.backups(data))).toMatchObject({
      lastSuccess,
      lastFailure: { count: 1, message: expect.stringContaining('is full') },
    })
  },
)
