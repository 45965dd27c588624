import { pino } from 'pino'
import { expect, test } from 'vitest'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { workStatus } from '../fleet/work-status.ts'
import { VaultActor } from '../testing/vault-actor.ts'
import { looked, VisionActor } from '../testing/vision-actor.ts'
import { VisionKeeper } from './vision-keeper.ts'

test('what there is to look at is queued without anybody asking, and waits for its machine without being busy', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const vault = await VaultActor.create(db)
  vault.tree = { '': { 'a.jpg': { content: 'a' }, 'b.jpg': { content: 'b' } } }
  await vault.scanAndIngest()
  const worker = await VisionActor.create(db)
  await worker.report({ id: 'yolo', task: 'detect' })
  const log: string[] = []
  let queued = 0
  const keeper = new VisionKeeper({
    db,
    log: pino({ level: 'warn' }, { write: (line: string) => void log.push(line) }),
    isShared: true,
    onQueued: () => {
      queued += 1
    },
  })
  keeper.start()
  try {
    await expect.poll(() => queued, { timeout: 10_000 }).toBe(1)
    expect(await workStatus(db)).toMatchObject({ idle: false, waitsFor: null })
    await db.updateTable('agent').set({ coordinator_id: null }).where('id', '=', worker.agentId).execute()
    expect(await workStatus(db)).toMatchObject({ idle: true, waitsFor: expect.stringContaining('2 wait') })
    const see = (lease: Parameters<typeof looked>[0]) => ({ ...looked(lease), objects: [] })
    expect(await worker.lookAtAll('detect', see)).toBe(2)
  } finally {
    await keeper.stop()
  }
  expect(log).toEqual([])
})
