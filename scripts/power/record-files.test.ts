import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findProgram } from '../../config/test-environment.ts'
import { type DiskEvent, readDiskRecord } from './disk-record.ts'
import { RecordedDatabase } from './recorded-database.ts'
import { runWorkload } from './run-workload.ts'

let workFolder = ''

beforeEach(() => {
  workFolder = mkdtempSync(join(tmpdir(), 'hearth-record-'))
})
afterEach(() => rmSync(workFolder, { recursive: true, force: true }))

/** How often each kind of change was made below `folder`, as the system saw it. */
function countCalls(trace: string, folder: string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const line of trace.split('\n')) {
    // A call that is interrupted has a second line, which names no file.
    const [, call = '', parameters = ''] = /^\d+ +(\w+)\((.*)/.exec(line) ?? []
    if (!parameters.includes(folder) || / = -1 E[A-Z]+ .*$/.test(line)) continue
    // SQLite's lock, which is no part of the database, and our socket.
    if (/database\.(lock|holder)|PGSQL/.test(parameters)) continue
    const kind = kinds[call]
    if (kind) counts[kind] = (counts[kind] ?? 0) + 1
  }
  return counts
}

const kinds: Record<string, string> = {
  pwrite64: 'write',
  pwritev: 'write',
  rename: 'rename',
  unlink: 'remove',
  rmdir: 'remove',
  ftruncate: 'truncate',
  mkdir: 'make-folder',
  fsync: 'sync-start',
  fdatasync: 'sync-start',
}

function countEvents(events: Iterable<DiskEvent>): Record<string, number> {
  const counted = new Set(Object.values(kinds))
  const counts: Record<string, number> = {}
  const openings = new Map<number, string>()
  for (const event of events) {
    if (event.type === 'open') openings.set(event.file, event.path)
    const path = 'file' in event ? openings.get(event.file) : 'path' in event ? event.path : ''
    if (!counted.has(event.type) || path?.includes('database.holder')) continue
    counts[event.type] = (counts[event.type] ?? 0) + 1
  }
  return counts
}

test.skipIf(!findProgram('strace'))(
  'the recorder sees everything that the system sees',
  { timeout: 600_000 },
  async () => {
    const folder = join(workFolder, 'data')
    const [recordPath, trace] = [join(workFolder, 'record'), join(workFolder, 'trace')]
    mkdirSync(folder)
    const calls = [...Object.keys(kinds), 'pwritev2', 'write', 'renameat', 'unlinkat', 'mkdirat', 'fallocate']
    const under = [
      'strace',
      '-f',
      '--seccomp-bpf',
      '-qq',
      '-y',
      '-s',
      '0',
      '-e',
      `trace=${calls}`,
      '-o',
      trace,
    ]
    const database = await RecordedDatabase.start({ program: 'embedded', folder, recordPath, under })
    await runWorkload({ socketFolder: folder, seed: 5, transactions: 60 })
    await database.stop()
    expect(countEvents(readDiskRecord(recordPath))).toEqual(countCalls(readFileSync(trace, 'utf8'), folder))
  },
)
