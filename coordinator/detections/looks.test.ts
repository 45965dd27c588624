import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { testEnvironment } from '../../config/test-environment.ts'
import type { Lease } from '../../protocol/leases.ts'
import { encodeMask } from '../../protocol/rle.ts'
import type { Database } from '../db/database.ts'
import { eachEngine, freshDatabase } from '../db/testing/fresh-database.ts'
import { untilBlocked } from '../jobs/testing/until-blocked.ts'
import { chooseModel, runModel } from '../models/choose-model.ts'
import { runSweeps } from '../models/testing/run-sweeps.ts'
import { VaultActor } from '../testing/vault-actor.ts'
import { halfVector, keyOf, looked, thing, VisionActor } from '../testing/vision-actor.ts'
import { listDetections } from './detection-views.ts'
import { changeDetection, deleteDetection, drawDetection } from './edit-detections.ts'

const box: [number, number, number, number] = [0.1, 0.1, 0.4, 0.4]
const elsewhere: [number, number, number, number] = [0.6, 0.6, 0.3, 0.3]
const mask = encodeMask(new Uint8Array(200 * 300).fill(1, 100, 5_000), 200, 300)

/** A library of one picture or more, and a worker that finds things in them. */
async function library(db: Database, names: string[] = ['a.jpg']) {
  const { rows } = await sql<{ id: number }>`insert into account (name, password_hash, role)
    values ('zoe', 'hash', 'admin') returning id`.execute(db)
  const worker = await VisionActor.create(db)
  await worker.report({ id: 'yolo', task: 'detect' })
  const vault = await VaultActor.create(db)
  vault.tree = { '': Object.fromEntries(names.map((name) => [name, { content: name }])) }
  await vault.scanAndIngest()
  const assets = await db.selectFrom('asset').select('id').orderBy('name').execute()
  const [{ id: assetId } = { id: 0 }] = assets
  const found = async () =>
    (await listDetections(db, assetId)).map(({ label, review }) => `${review} ${label}`).sort()
  const see = (...things: ReturnType<typeof thing>[]) =>
    worker.lookAtAll('detect', (lease) => ({ ...looked(lease), objects: things }))
  const again = async (...things: ReturnType<typeof thing>[]) => {
    await runModel(db, { task: 'detect', which: 'all' })
    await runSweeps(db)
    return await see(...things)
  }
  return { accountId: rows[0]!.id, worker, vault, assetId, found, see, again }
}

async function openKinds(db: Database): Promise<string[]> {
  const rows = await db.selectFrom('job').select('kind').where('state', '=', 'queued').execute()
  return rows.map(({ kind }) => kind).sort()
}

eachEngine('looks', (engine) => {
  test('a preview is looked at once, by every model that is in use', async () => {
    await using fresh = await freshDatabase(engine)
    const { db } = fresh
    const { worker, vault, see } = await library(db, ['a.jpg', 'b.jpg'])
    await worker.report(
      { id: 'yolo', task: 'detect' },
      { id: 'clip', task: 'embed', dimensions: 2 },
      { id: 'yunet', task: 'faces', dimensions: 2 },
    )
    await runSweeps(db)
    expect(await openKinds(db)).toEqual(
      ['asset.detect', 'asset.embed', 'asset.faces'].flatMap((kind) => [kind, kind]),
    )
    expect(await see(thing('cat', box))).toBe(2)
    await worker.lookAtAll('embed', (lease) => ({ ...looked(lease), embedding: halfVector([1, 1]) }))
    await worker.lookAtAll('faces', (lease) => ({
      ...looked(lease),
      faces: [{ box, score: 0.8, landmarks: null, embedding: halfVector([0, 1]) }],
    }))
    await runModel(db, { task: 'detect', which: 'missing' })
    await runSweeps(db)
    await vault.scanAndIngest()
    expect(await openKinds(db)).toEqual([])
    const { rows } = await sql`select
      (select count(*) from detection where kind = 'object') as things,
      (select count(*) from detection where kind = 'face') as faces,
      (select count(*) from face_embedding) as vectors,
      (select min(vector::text) from asset_embedding) as vector,
      (select stages_ms from asset_look limit 1) as stages`.execute(db)
    expect(rows[0]).toEqual({
      things: 2,
      faces: 2,
      vectors: 2,
      vector: '[0.70703125,0.70703125]',
      stages: [1, 2, 3, 4, 5],
    })
  })

  test('a re-run replaces proposals only: what people have said stays as they said it', async () => {
    await using fresh = await freshDatabase(engine)
    const { db } = fresh
    const { accountId, assetId, found, see, again } = await library(db)
    await see(thing('cat', box), thing('dog', elsewhere), thing('car', [0, 0, 0.05, 0.05]))
    const ids = new Map((await listDetections(db, assetId)).map(({ label, id }) => [label, id]))
    await changeDetection(db, ids.get('cat')!, { review: 'rejected' }, accountId)
    await changeDetection(db, ids.get('dog')!, { label: 'Zoey' }, accountId)
    await drawDetection(db, assetId, { label: 'lamp', box: [0.8, 0, 0.1, 0.1], mask: null }, accountId)

    await again(thing('cat', box), thing('dog', elsewhere), thing('lamp', [0.8, 0, 0.1, 0.1]))
    expect(await found()).toEqual(['confirmed Zoey', 'drawn lamp', 'rejected cat'])
    await again()
    expect(await found()).toEqual(['confirmed Zoey', 'drawn lamp', 'rejected cat'])
    await again(thing('cat', elsewhere))
    expect(await found()).toEqual(['confirmed Zoey', 'drawn lamp', 'proposed cat', 'rejected cat'])
  })

  test('a proposal that is found again keeps its number', async () => {
    await using fresh = await freshDatabase(engine)
    const { db } = fresh
    const { assetId, see, again } = await library(db)
    await see(thing('cat', box, 0.5))
    const before = await listDetections(db, assetId)
    await again(thing('cat', box, 0.75), thing('cat', elsewhere, 0.6))
    const after = await listDetections(db, assetId)
    expect(after.map(({ score }) => score)).toEqual([0.75, 0.6])
    expect(after[0]!.id).toBe(before[0]!.id)
  })
})

test('what a model has found cannot be deleted, what was drawn can', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const { accountId, assetId, found, see } = await library(db)
  await see(thing('cat', box))
  const drawn = await drawDetection(db, assetId, { label: 'lamp', box: elsewhere, mask }, accountId)
  expect(drawn).toMatchObject({ review: 'drawn', model: null, score: null, mask })
  await deleteDetection(db, drawn.id, accountId)
  const [cat] = await listDetections(db, assetId)
  await expect(deleteDetection(db, cat!.id, accountId)).rejects.toThrow('reject it instead')
  expect(await found()).toEqual(['proposed cat'])
  await expect(deleteDetection(db, drawn.id, accountId)).rejects.toMatchObject({ code: 'not_found' })
})

test('what goes back to being a proposal has the model’s own word again', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const { accountId, assetId, see, again, found } = await library(db)
  await see(thing('cat', box))
  const [cat] = await listDetections(db, assetId)
  await changeDetection(db, cat!.id, { label: 'Zoey', box: elsewhere }, accountId)
  expect(await found()).toEqual(['confirmed Zoey'])
  await changeDetection(db, cat!.id, { review: 'proposed' }, accountId)
  expect(await found()).toEqual(['proposed cat'])
  await again()
  expect(await found()).toEqual([])
})

test.each<[string, (lease: Lease) => Record<string, unknown>, string]>([
  ['of another preview', () => ({ previewHash: 'a'.repeat(64) }), 'is not the one that is shown now'],
  [
    'with a mask larger than the picture',
    () => ({ objects: [{ ...thing('cat', box), mask: encodeMask(new Uint8Array(201 * 300), 201, 300) }] }),
    'larger than its picture',
  ],
  [
    'with a mask of fewer pixels than it says',
    () => ({ objects: [{ ...thing('cat', box), mask: { ...mask, counts: '5' } }] }),
    'shape',
  ],
  ['with too many boxes', () => ({ objects: Array.from({ length: 301 }, () => thing('cat', box)) }), 'shape'],
  ['with a box outside the picture', () => ({ objects: [thing('cat', [0.9, 0.9, 0.4, 0.4])] }), 'shape'],
  ['with a score that is no number', () => ({ objects: [thing('cat', box, Number.NaN)] }), 'shape'],
])('a result %s is refused with the reason, and the queue goes on', async (_fact, wrong, reason) => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const { worker, see, found } = await library(db, ['a.jpg', 'b.jpg'])
  const [lease] = await worker.lease('detect', 1)
  const result = { ...looked(lease!), objects: [], ...wrong(lease!) }
  await expect(worker.complete(lease!, result)).rejects.toThrow(reason)
  expect(await see(thing('cat', box))).toBe(1)
  const job = await db
    .selectFrom('job')
    .select(['state', 'error_message'])
    .where('id', '=', lease!.jobId)
    .executeTakeFirstOrThrow()
  expect(job.error_message).toContain(reason)
  expect(['dead', 'queued']).toContain(job.state)
  expect((await found()).length).toBeLessThanOrEqual(1)
})

test('a vector of the wrong length, or of nothing, is refused', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const { worker } = await library(db)
  await worker.report({ id: 'clip', task: 'embed', dimensions: 3 })
  await runSweeps(db)
  const [lease] = await worker.lease('embed', 1)
  await expect(worker.complete(lease!, { ...looked(lease!), embedding: halfVector([1, 0]) })).rejects.toThrow(
    'A vector has 2 numbers; those of its model have 3',
  )
  expect(await db.selectFrom('asset_embedding').selectAll().execute()).toEqual([])
})

test('a picture that could not be looked at is done, with the reason', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const { worker, assetId } = await library(db)
  await worker.lookAtAll('detect', (lease) => ({ ...looked(lease), problem: 'not a JPEG\0', objects: [] }))
  const look = await db.selectFrom('asset_look').selectAll().executeTakeFirstOrThrow()
  expect(look).toMatchObject({ asset_id: assetId, task: 'detect', problem: 'not a JPEG', counted: true })
  expect(await openKinds(db)).toEqual([])
})

test('a changed picture is looked at again; until then what was found stays', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const { vault, see, found } = await library(db)
  await see(thing('cat', box))
  vault.tree = { '': { 'a.jpg': { content: 'changed', mtimeUs: 5 } } }
  await vault.scanAndIngest()
  expect(await openKinds(db)).toEqual(['asset.detect'])
  expect(await found()).toEqual(['proposed cat'])
  expect((await db.selectFrom('asset_look').select('counted').execute())[0]).toEqual({ counted: false })
  await see(thing('dog', box))
  expect(await found()).toEqual(['proposed dog'])
  expect((await db.selectFrom('asset_look').select('counted').execute())[0]).toEqual({ counted: true })
})

test('what people have said about things goes along when two assets become one', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const { accountId, vault, see } = await library(db)
  vault.tree['']!['b.CR2'] = { content: 'raw' }
  await vault.scanAndIngest()
  await see(thing('cat', box), thing('dog', elsewhere))
  const cats = await db.selectFrom('detection').select('id').where('label', '=', 'cat').execute()
  for (const { id } of cats) await changeDetection(db, id, { review: 'confirmed' }, accountId)
  // The RAW is renamed so that both are one moment.
  delete vault.tree['']!['b.CR2']
  vault.tree['']!['a.CR2'] = { content: 'raw' }
  await vault.scanAndIngest()
  await vault.scanAndIngest()
  const [one, ...others] = await db.selectFrom('asset').select('id').execute()
  expect(others).toEqual([])
  const kept = (await listDetections(db, one!.id)).map(({ label, review }) => `${review} ${label}`).sort()
  expect(kept).toEqual(['confirmed cat', 'confirmed cat', 'proposed dog'])
})

test('a picture that has moved is not looked at again and keeps what was found', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const { vault, see, found } = await library(db)
  await see(thing('cat', box))
  vault.tree = { elsewhere: { 'b.jpg': { content: 'a.jpg' } } }
  await vault.scan({ acceptMissing: true })
  await vault.ingestAll()
  expect(await openKinds(db)).toEqual([])
  expect(await found()).toEqual(['proposed cat'])
  expect(await db.selectFrom('asset_look').select('counted').execute()).toEqual([{ counted: true }])
})

test('a result by a model that is not in use any more changes nothing, and the one in use looks', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const { accountId, worker, found } = await library(db)
  await worker.report({ id: 'yolo', task: 'detect' }, { id: 'better', task: 'detect' })
  const [late] = await worker.lease('detect', 1)
  await chooseModel(db, 'detect', keyOf('better'), accountId)
  await runSweeps(db)
  await worker.complete(late!, { ...looked(late!), objects: [thing('old', box)] })
  expect(await found()).toEqual([])
  const [lease] = await worker.lease('detect', 1)
  expect(lease!.input).toMatchObject({ model: keyOf('better') })
  await worker.complete(lease!, { ...looked(lease!), objects: [thing('new', box)] })
  expect(await found()).toEqual(['proposed new'])
})

test('another model looks at everything once; what the first has found stays until then', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const { accountId, worker, see, found } = await library(db, ['a.jpg', 'b.jpg'])
  await see(thing('cat', box))
  await worker.report({ id: 'yolo', task: 'detect' }, { id: 'better', task: 'detect' })
  expect(await chooseModel(db, 'detect', keyOf('better'), accountId)).toBe(2)
  await runSweeps(db)
  expect(await found()).toEqual(['proposed cat'])
  expect(await see(thing('dog', elsewhere))).toBe(2)
  expect(await found()).toEqual(['proposed dog'])
  expect(await chooseModel(db, 'detect', null, accountId)).toBe(0)
  expect(await found()).toEqual(['proposed dog'])
})

describe('outlines', () => {
  test('follow what is found, for the model that draws them, and stay while a thing lies where it lay', async () => {
    await using fresh = await freshDatabase()
    const { db } = fresh
    const { worker, assetId, see, again } = await library(db)
    await worker.report({ id: 'yolo', task: 'detect' }, { id: 'sam', task: 'segment' })
    await runSweeps(db)
    expect(await openKinds(db)).toEqual(['asset.detect'])
    await see(thing('cat', box))
    expect(await openKinds(db)).toEqual(['asset.segment'])
    await worker.lookAtAll('segment', (lease) => {
      const { boxes } = lease.input as { boxes: { detectionId: number; box: number[] }[] }
      expect(boxes.map((given) => given.box)).toEqual([box])
      return {
        ...looked(lease),
        masks: boxes.map(({ detectionId }) => ({ detectionId, mask, score: 1 })),
      }
    })
    expect(await listDetections(db, assetId)).toMatchObject([{ label: 'cat', mask }])
    await again(thing('cat', box))
    expect(await listDetections(db, assetId)).toMatchObject([{ label: 'cat', mask }])
    expect(await openKinds(db)).toEqual([])
    await again(thing('cat', [0.2, 0.1, 0.4, 0.4]))
    expect(await listDetections(db, assetId)).toMatchObject([{ label: 'cat', mask: null }])
    expect(await openKinds(db)).toEqual(['asset.segment'])
  })

  test('of a thing of another asset are refused, of one that is gone do no harm', async () => {
    await using fresh = await freshDatabase()
    const { db } = fresh
    const { worker, see, again } = await library(db, ['a.jpg', 'b.jpg'])
    await worker.report({ id: 'yolo', task: 'detect' }, { id: 'sam', task: 'segment' })
    await see(thing('cat', box))
    const [one, two] = await worker.lease('segment', 2)
    type Input = { boxes: { detectionId: number }[] }
    const foreign = (two!.input as Input).boxes[0]!.detectionId
    await expect(
      worker.complete(one!, {
        ...looked(one!),
        masks: [{ detectionId: foreign, mask, score: 1 }],
      }),
    ).rejects.toThrow(`Detection ${foreign} is not of asset`)
    await again()
    await worker.complete(two!, { ...looked(two!), masks: [{ detectionId: foreign, mask, score: 1 }] })
    expect(await db.selectFrom('detection').select('id').execute()).toEqual([])
  })
})

describe.skipIf(!testEnvironment.databaseUrl)('at the same time', () => {
  test('a person who rejects while a result is applied is heard, whoever is first', async () => {
    await using fresh = await freshDatabase('server')
    const { db } = fresh
    const { accountId, worker, assetId, see, found } = await library(db)
    await see(thing('cat', box))
    const [cat] = await listDetections(db, assetId)
    for (let round = 0; round < 6; round += 1) {
      await changeDetection(db, cat!.id, { review: 'proposed' }, accountId)
      await runModel(db, { task: 'detect', which: 'all' })
      await runSweeps(db)
      const [lease] = await worker.lease('detect', 1)
      const result = { ...looked(lease!), objects: [thing('cat', box)] }
      const reject = () => changeDetection(db, cat!.id, { review: 'rejected' }, accountId)
      await (round % 2 === 0
        ? Promise.all([reject(), worker.complete(lease!, result)])
        : Promise.all([worker.complete(lease!, result), reject()]))
      expect(await found()).toEqual(['rejected cat'])
    }
  })

  test('a rejection that is being written is waited for by a result, which then knows it', async () => {
    await using fresh = await freshDatabase('server')
    const { db } = fresh
    const { worker, see, again, found } = await library(db)
    await see(thing('cat', box))
    await runModel(db, { task: 'detect', which: 'all' })
    await runSweeps(db)
    const [lease] = await worker.lease('detect', 1)
    const applied = await db.transaction().execute(async (tx) => {
      await sql`select 1 from asset for no key update`.execute(tx)
      await sql`update detection set review = 'rejected'`.execute(tx)
      // What is not found any more goes, unless somebody has just spoken about it.
      const result = worker.complete(lease!, { ...looked(lease!), objects: [] })
      await untilBlocked(db)
      return { result }
    })
    await applied.result
    expect(await found()).toEqual(['rejected cat'])
    await again(thing('cat', box))
    expect(await found()).toEqual(['rejected cat'])
  })

  test('two results about one asset, of two tasks, are both stored', async () => {
    await using fresh = await freshDatabase('server')
    const { db } = fresh
    const { worker } = await library(db)
    await worker.report({ id: 'yolo', task: 'detect' }, { id: 'yunet', task: 'faces', dimensions: 2 })
    await runSweeps(db)
    const [[things], [faces]] = await Promise.all([worker.lease('detect', 1), worker.lease('faces', 1)])
    await Promise.all([
      worker.complete(things!, { ...looked(things!), objects: [thing('cat', box)] }),
      worker.complete(faces!, {
        ...looked(faces!),
        faces: [{ box, score: 1, landmarks: null, embedding: null }],
      }),
    ])
    const { rows } = await sql`select kind from detection order by kind`.execute(db)
    expect(rows).toEqual([{ kind: 'face' }, { kind: 'object' }])
  })
})
