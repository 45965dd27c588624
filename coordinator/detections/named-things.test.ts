import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { undoEdit } from '../curation/undo-edit.ts'
import type { Database } from '../db/database.ts'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { VaultActor } from '../testing/vault-actor.ts'
import { looked, thing, VisionActor } from '../testing/vision-actor.ts'
import { listDetections } from './detection-views.ts'
import { changeDetection, deleteDetection, drawDetection } from './edit-detections.ts'

const box: [number, number, number, number] = [0.1, 0.1, 0.4, 0.4]
const elsewhere: [number, number, number, number] = [0.6, 0.6, 0.3, 0.3]

async function picture(db: Database) {
  const { rows } = await sql<{ id: number }>`insert into account (name, password_hash, role)
    values ('zoe', 'hash', 'admin') returning id`.execute(db)
  const worker = await VisionActor.create(db)
  await worker.report({ id: 'yolo', task: 'detect' }, { id: 'yunet', task: 'faces', dimensions: 2 })
  const vault = await VaultActor.create(db)
  vault.tree = { '': { 'a.jpg': { content: 'a' } } }
  await vault.scanAndIngest()
  await sql`update library set write_back = 'sidecar'`.execute(db)
  const { id: assetId } = await db.selectFrom('asset').select('id').executeTakeFirstOrThrow()
  await worker.lookAtAll('detect', (lease) => ({ ...looked(lease), objects: [thing('cat', box)] }))
  await worker.lookAtAll('faces', (lease) => ({
    ...looked(lease),
    faces: [{ box: elsewhere, score: 0.9, landmarks: null, embedding: null }],
  }))
  const ids = new Map((await listDetections(db, assetId)).map(({ id, label }) => [label, id]))
  const regions = async () =>
    (await db.selectFrom('asset').select('regions').executeTakeFirstOrThrow()).regions
  return { accountId: rows[0]!.id, assetId, cat: ids.get('cat')!, face: ids.get('face')!, regions }
}

test('a face that gets a name is a region of the picture and sets out to the sidecar, until it is taken back', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const { accountId, face, regions } = await picture(db)
  await changeDetection(db, face, { label: 'Zoey' }, accountId)
  expect(await regions()).toEqual([{ kind: 'person', name: 'Zoey', box: elsewhere }])
  expect(await db.selectFrom('write_back').select('state').execute()).toEqual([{ state: 'pending' }])
  await changeDetection(db, face, { label: 'Zoë' }, accountId)
  expect(await regions()).toEqual([{ kind: 'person', name: 'Zoë', box: elsewhere }])
  await changeDetection(db, face, { review: 'rejected' }, accountId)
  expect(await regions()).toBeNull()
})

test('a model’s own word that is confirmed makes no region, a name of one’s own does', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const { accountId, cat, regions } = await picture(db)
  await changeDetection(db, cat, { review: 'confirmed' }, accountId)
  expect(await regions()).toBeNull()
  await changeDetection(db, cat, { label: 'Tiger' }, accountId)
  expect(await regions()).toEqual([{ kind: 'object', name: 'Tiger', box }])
})

test('what is drawn, moved and taken away is a region of that place as long as it is there', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const { accountId, assetId, face, regions } = await picture(db)
  await changeDetection(db, face, { label: 'Zoey' }, accountId)
  const drawn = await drawDetection(db, assetId, { label: 'lamp', box, mask: null }, accountId)
  const zoey = { kind: 'person', name: 'Zoey', box: elsewhere }
  expect(await regions()).toEqual([zoey, { kind: 'object', name: 'lamp', box }])
  const moved: [number, number, number, number] = [0.2, 0.2, 0.3, 0.3]
  await changeDetection(db, drawn.id, { box: moved }, accountId)
  expect(await regions()).toEqual([zoey, { kind: 'object', name: 'lamp', box: moved }])
  await deleteDetection(db, drawn.id, accountId)
  expect(await regions()).toEqual([zoey])
})

test('the name of a face is in the history like any other edit, and can be undone there', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const { accountId, face, regions } = await picture(db)
  await changeDetection(db, face, { label: 'Zoey' }, accountId)
  const { id } = await db.selectFrom('edit').select('id').executeTakeFirstOrThrow()
  await undoEdit(db, id, accountId)
  expect(await regions()).toBeNull()
})
