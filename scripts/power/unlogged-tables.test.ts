import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DiskModel } from './disk-model.ts'
import { readDiskRecord } from './disk-record.ts'
import { RecordedDatabase } from './recorded-database.ts'
import { runWorkload } from './run-workload.ts'

let workFolder = ''

beforeEach(() => {
  workFolder = mkdtempSync(join(tmpdir(), 'hearth-unlogged-'))
})
afterEach(() => rmSync(workFolder, { recursive: true, force: true }))

/** Names of what marks tables as unlogged that may not be in their folders after a loss of power. */
function markersNotDurable(model: DiskModel): string[] {
  return [...model.nodes.values()].flatMap((node) =>
    node.type === 'folder'
      ? node.pending.flatMap((change) =>
          change.type === 'add' && change.name.endsWith('_init') ? [change.name] : [],
        )
      : [],
  )
}

test('the log does not speak of an unlogged table before what marks it as one is on the disk', async () => {
  const [folder, recordPath] = [join(workFolder, 'data'), join(workFolder, 'record')]
  mkdirSync(folder)
  const model = DiskModel.of(folder)
  const database = await RecordedDatabase.start({ program: 'embedded', folder, recordPath })
  await runWorkload({ socketFolder: folder, seed: 1, transactions: 5 })
  await database.stop()

  const paths = new Map<number, string>()
  const made: string[] = []
  const early = new Set<string>()
  for (const event of readDiskRecord(recordPath)) {
    model.apply(event)
    if (event.type === 'open') paths.set(event.file, event.path)
    if (event.type === 'create' && event.path.endsWith('_init')) made.push(event.path)
    if (event.type === 'write' && paths.get(event.file)?.includes('/pg_wal/'))
      for (const name of markersNotDurable(model)) early.add(name)
  }
  expect(made.length).toBeGreaterThan(0)
  expect([...early]).toEqual([])
})
