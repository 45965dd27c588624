import { expect, test } from 'vitest'
import { eachEngine, freshDatabase } from '../db/testing/fresh-database.ts'
import { listTasks } from '../models/list-tasks.ts'
import { VisionActor } from '../testing/vision-actor.ts'
import { listClasses } from './list-classes.ts'
import { listThings } from './list-things.ts'

eachEngine('words of the detector in use', (engine) => {
  test('are there before it has found anything, and are no things', async () => {
    await using fresh = await freshDatabase(engine)
    const { db } = fresh
    expect(await listClasses(db)).toEqual([])
    const worker = await VisionActor.create(db)
    await worker.report(
      { id: 'yolo', task: 'detect', classes: ['truck', 'car'] },
      { id: 'other', task: 'detect', classes: ['roof'] },
    )
    expect(await listClasses(db)).toEqual(['truck', 'car'])
    expect(await listThings(db)).toEqual([])
    for (const model of (await listTasks(db))[0]!.models) expect(model).not.toHaveProperty('classes')
    await db.updateTable('task_model').set({ model_id: null }).execute()
    expect(await listClasses(db)).toEqual([])
  })

  test('stay when an agent that does not know of them reports the same model', async () => {
    await using fresh = await freshDatabase(engine)
    const { db } = fresh
    const older = await VisionActor.create(db, 'older')
    await older.report({ id: 'yolo', task: 'detect' })
    expect(await listClasses(db)).toEqual([])
    const worker = await VisionActor.create(db)
    await worker.report({ id: 'yolo', task: 'detect', classes: ['truck'] })
    await older.report({ id: 'yolo', task: 'detect' })
    expect(await listClasses(db)).toEqual(['truck'])
  })
})
