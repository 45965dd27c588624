import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { dataFolder } from '../../coordinator/db/backup/data-folder.ts'
import { listBackups } from '../../coordinator/db/backup/list-backups.ts'
import { canFakeClocks, FakeClock } from '../faults/testing/fake-clock.ts'
import { HearthRun } from './testing/hearth-run.ts'

const base = mkdtempSync(join(tmpdir(), 'hearth-daily-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

test.skipIf(!canFakeClocks())(
  'a whole Hearth backs itself up minutes after its first start',
  { timeout: 180_000 },
  async () => {
    const [photos, data] = [join(base, 'photos'), join(base, 'data')]
    mkdirSync(photos)
    const clock = new FakeClock(base, 'house')
    const under = ['env', ...Object.entries(clock.env).map(([name, value]) => `${name}=${value}`)]
    const run = HearthRun.spawn([photos, '--data', data, '--port', '0'], undefined, under)
    const kinds = async () => (await listBackups(dataFolder.backups(data))).map(({ kind }) => kind)
    try {
      await run.url()
      expect(await kinds()).toEqual([])
      clock.set(6)
      await expect.poll(kinds, { timeout: 60_000, interval: 250 }).toEqual(['daily'])
    } finally {
      await run.stop()
    }
  },
)
