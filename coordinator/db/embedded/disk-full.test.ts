import { execFileSync } from 'node:child_process'
import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { findProgram } from '../../../config/test-environment.ts'
import { type Database, openDatabase } from '../database.ts'
import { shortFolder } from '../testing/embedded-database.ts'
import { EmbeddedProcess } from '../testing/embedded-process.ts'

const MB = 1024 * 1024
const DISK_MB = 700

/** Whether this machine lets us mount a small file system of our own. */
function canMount(): boolean {
  if (!findProgram('unshare')) return false
  try {
    execFileSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** The database on a disk of its own, started again when it fails; the test reaches the disk through `/proc`. */
async function startOnSmallDisk(folder: string) {
  const mount = `mount -t tmpfs -o size=${DISK_MB}m tmpfs "$0" && while ! "$@"; do sleep 0.2; done`
  const server = await EmbeddedProcess.start(folder, ['unshare', '-rm', 'sh', '-c', mount, folder])
  const disk = `/proc/${server.pid}/root${folder}`
  const ballast = join(disk, 'ballast')
  return {
    server,
    db: openDatabase({ socketFolder: disk }),
    /** Takes room, as other programs do. */
    leaveFree(megabytes: number): void {
      rmSync(ballast, { force: true })
      const { bavail, bsize } = statfsSync(disk)
      writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - megabytes * MB)))
    },
    makeRoom: () => rmSync(ballast, { force: true }),
  }
}

/** What the pool makes of the engine's complaint. */
const fullDisk = (said: RegExp) => ({ code: 'disk_full', cause: { message: expect.stringMatching(said) } })
const text = (bytes: number) => 'x'.repeat(bytes)
const insert = (db: Database, id: number, bytes: number) =>
  sql`insert into entry values (${id}, ${text(bytes)})`.execute(db)
const countEntries = async (db: Database) =>
  (await sql<{ count: number }>`select count(*) as count from entry`.execute(db)).rows[0]?.count

test.skipIf(!canMount())(
  'on a full disk reading goes on, writing fails with the reason, nothing is lost, and it recovers by itself',
  { timeout: 300_000 },
  async () => {
    const folder = await shortFolder()
    const { server, db, leaveFree, makeRoom } = await startOnSmallDisk(folder)
    await sql`create table entry (id int, text text)`.execute(db)
    await sql`alter table entry alter column text set storage external`.execute(db)
    let kept = 0
    const fill = async () => {
      for (;;) {
        await insert(db, kept, 4 * MB)
        kept += 1
      }
    }

    // More data than there is room for: the engine is told so before the reserve is touched.
    leaveFree(350)
    await expect(fill()).rejects.toMatchObject(fullDisk(/No space left on device/))
    expect(kept).toBeGreaterThan(0)
    expect(await countEntries(db)).toBe(kept)

    // Others take what was kept free: nothing is written any more.
    leaveFree(10)
    const refused = async () => {
      await insert(db, kept, 10)
      kept += 1
      return 'written'
    }
    await expect
      .poll(() => refused().catch((error) => error), { timeout: 20_000, interval: 200 })
      .toMatchObject(fullDisk(/disk of the database is full.*free some space/))
    expect(await countEntries(db)).toBe(kept)

    makeRoom()
    await expect
      .poll(() => refused().catch((error) => String(error)), { timeout: 20_000, interval: 200 })
      .toBe('written')
    expect(await countEntries(db)).toBe(kept)
    await db.destroy()
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  },
)

test.skipIf(!canMount())(
  'a log that finds no room ends the database, which loses nothing and comes back when there is room',
  { timeout: 300_000 },
  async () => {
    const folder = await shortFolder()
    const { server, db, leaveFree, makeRoom } = await startOnSmallDisk(folder)
    await sql`create table entry (id int, text text)`.execute(db)
    let kept = 0
    for (; kept < 100; kept += 1) await insert(db, kept, 1_000)
    leaveFree(1)
    // Nothing but log, more than the space in its last segment.
    const logged = sql`select pg_logical_emit_message(true, 'test', repeat('x', ${64 * MB}))`.execute(db)
    await expect(logged).rejects.toThrow()
    makeRoom()
    await expect
      .poll(() => countEntries(db).catch(() => undefined), { timeout: 60_000, interval: 200 })
      .toBe(kept)
    await insert(db, kept, 10)
    await db.destroy()
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  },
)
