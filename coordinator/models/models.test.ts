import { readFile } from 'node:fs/promises'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import type { VisionTask } from '../../protocol/models.ts'
import type { Database } from '../db/database.ts'
import { eachEngine, freshDatabase } from '../db/testing/fresh-database.ts'
import { VaultActor } from '../testing/vault-actor.ts'
import { keyOf, looked, thing, VisionActor } from '../testing/vision-actor.ts'
import { chooseModel, runModel } from './choose-model.ts'
import { foldLooks } from './fold-looks.ts'
import { listTasks } from './list-tasks.ts'
import { firstModels } from './model-in-use.ts'
import { pruneQuestions } from './prune-questions.ts'
import { startSweep } from './start-sweep.ts'
import { isAnyForgotten, sweepForgotten } from './sweep-forgotten.ts'
import { readCoverage } from './task-coverage.ts'
import { runSweeps } from './testing/run-sweeps.ts'

async function addAccount(db: Database): Promise<number> {
  const { rows } = await sql<{ id: number }>`insert into account (name, password_hash, role)
    values ('zoe', 'hash', 'admin') returning id`.execute(db)
  return rows[0]!.id
}

async function readLibrary(db: Database, names: readonly string[]): Promise<VaultActor> {
  const vault = await VaultActor.create(db)
  vault.tree = { '': Object.fromEntries(names.map((name) => [name, { content: name }])) }
  await vault.scanAndIngest()
  return vault
}

async function taskOf(db: Database, task: VisionTask) {
  return (await listTasks(db)).find((view) => view.task === task)!
}

const names = ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg']
const nothingFound = (lease: Parameters<typeof looked>[0]) => ({ ...looked(lease), objects: [] })

eachEngine('models', (engine) => {
  test('coverage follows what is looked at, changes, goes missing and comes back', async () => {
    await using fresh = await freshDatabase(engine)
    const { db } = fresh
    const worker = await VisionActor.create(db)
    await worker.report({ id: 'yolo', task: 'detect' })
    const vault = await readLibrary(db, names)
    const coverage = async () => (await readCoverage(db)).get('detect')
    expect(await coverage()).toEqual({ total: 4, done: 0, problems: 0, open: 4, dead: 0 })
    const leases = await worker.lease('detect', 3)
    await worker.complete(leases[0]!, nothingFound(leases[0]!))
    await worker.complete(leases[1]!, { ...nothingFound(leases[1]!), problem: 'black' })
    await worker.fail(leases[2]!, { code: 'model_broken', message: 'no' })
    expect(await coverage()).toEqual({ total: 4, done: 2, problems: 1, open: 1, dead: 1 })
    await worker.lookAtAll('detect', nothingFound)
    expect(await coverage()).toEqual({ total: 4, done: 3, problems: 1, open: 0, dead: 1 })

    vault.tree['']!['a.jpg'] = { content: 'another', mtimeUs: 7 }
    await vault.scanAndIngest()
    expect(await coverage()).toMatchObject({ total: 4, open: 1 })
    await worker.lookAtAll('detect', nothingFound)
    const whole = await coverage()
    vault.tree = {}
    await vault.scan({ acceptMissing: true })
    expect(await coverage()).toMatchObject({ total: 0, done: 0 })
    vault.tree = {
      '': {
        ...Object.fromEntries(names.map((name) => [name, { content: name }])),
        'a.jpg': { content: 'another', mtimeUs: 7 },
      },
    }
    await vault.scanAndIngest()
    expect(await coverage()).toEqual(whole)
    await foldLooks(db)
    await sql`insert into look_tally select 1, false, 0 from generate_series(1, 300)`.execute(db)
    await foldLooks(db)
    expect(await coverage()).toEqual(whole)
    const { rows } = await sql<{ rows: number }>`select count(*) as rows from look_tally`.execute(db)
    expect(rows[0]!.rows).toBeLessThanOrEqual(2)
  })

  test('the first model that is ready is taken into use, unless somebody has said something', async () => {
    await using fresh = await freshDatabase(engine)
    const { db } = fresh
    const accountId = await addAccount(db)
    const worker = await VisionActor.create(db)
    await worker.report({ id: 'broken', task: 'detect', state: 'broken', reason: 'cut short' })
    expect(await taskOf(db, 'detect')).toMatchObject({ inUse: null })
    await chooseModel(db, 'faces', null, accountId)
    await worker.report(
      { id: 'yolo', task: 'detect' },
      { id: 'better', task: 'detect' },
      { id: 'yunet', task: 'faces' },
    )
    expect(await taskOf(db, 'detect')).toMatchObject({ inUse: keyOf('yolo') })
    expect(await taskOf(db, 'faces')).toMatchObject({ inUse: null, waitsFor: null })
    await worker.report({ id: 'better', task: 'detect' })
    expect(await taskOf(db, 'detect')).toMatchObject({
      inUse: keyOf('yolo'),
      waitsFor: expect.stringContaining('No machine has “yolo” any more: run “hearth models pull yolo”'),
    })
  })
})

test('a model that comes late looks at everything that is there, newest captures first, also after a restart', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  await VaultActor.create(db)
  await sql`insert into folder (library_id, path) select id, 'many' from library`.execute(db)
  await sql`
    with file as (
      insert into asset_file (library_id, folder_id, name, role, state, size_bytes, mtime_us, content_hash)
      select library_id, id, n::text::bytea, 'original', 'ingested', 1, 1, sha256(n::text::bytea)
      from folder, generate_series(1, 2500) n returning id, library_id, folder_id, name),
    preview as (
      insert into derived_file (file_id, kind, hash, size_bytes, width_px, height_px, mime_type)
      select id, 'preview', sha256(name), 1, 9, 9, 'image/jpeg' from file)
    insert into asset (library_id, folder_id, key, name, kind, state, captured_local, bucket, cover_file_id, version)
    select library_id, folder_id, name, 'x', 'image', 'ready', timestamp '2020-01-01' + id * interval '1 hour', '2020-01',
      id, left(encode(sha256(name), 'hex'), 12) from file`.execute(db)
  const worker = await VisionActor.create(db)
  await worker.report({ id: 'yolo', task: 'detect' })
  expect(await runSweeps(db)).toBe(2_500)
  const [lease] = await worker.lease('detect', 1)
  const { rows } = await sql<{ id: number }>`select max(cover_file_id) as id from asset`.execute(db)
  expect(lease!.input).toMatchObject({ file: { fileId: rows[0]!.id } })
  expect(await taskOf(db, 'detect')).toMatchObject({ total: 2_500, done: 0, open: 2_500, waitsFor: null })
  await runModel(db, { task: 'detect', which: 'missing' })
  expect(await runSweeps(db)).toBe(0)
})

test('“all” looks again at what is done, “missing” tries what failed, the safety net leaves that alone', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const worker = await VisionActor.create(db)
  await worker.report({ id: 'yolo', task: 'detect' })
  await readLibrary(db, names)
  await runSweeps(db)
  const [bad] = await worker.lease('detect', 1)
  await worker.fail(bad!, { code: 'model_broken', message: 'no' })
  await worker.lookAtAll('detect', nothingFound)
  await sweepForgotten(db)
  expect(await runSweeps(db)).toBe(0)
  await startSweep(db, { task: 'detect', which: 'new' })
  expect(await runSweeps(db)).toBe(0)
  expect(await runModel(db, { task: 'detect', which: 'missing' })).toBe(1)
  expect(await runSweeps(db)).toBe(1)
  expect(await runModel(db, { task: 'detect', which: 'all' })).toBe(4)
  expect(await runSweeps(db)).toBe(3)
  const library = await db.selectFrom('library').select('id').executeTakeFirstOrThrow()
  await expect(runModel(db, { task: 'detect', which: 'all', libraryId: 4711 })).rejects.toMatchObject({
    code: 'not_found',
  })
  await worker.lookAtAll('detect', nothingFound)
  await runModel(db, { task: 'detect', which: 'all', libraryId: library.id })
  expect(await runSweeps(db)).toBe(4)
})

test('what was queued and lost is queued again by the safety net', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const worker = await VisionActor.create(db)
  await worker.report({ id: 'yolo', task: 'detect' })
  await readLibrary(db, names)
  await sql`update job set state = 'cancelled' where kind = 'asset.detect'`.execute(db)
  await sweepForgotten(db)
  expect(await runSweeps(db)).toBe(4)
})

test.each([
  [{ total: 5, done: 2, open: 2, dead: 1, problems: 0 }, false],
  [{ total: 5, done: 2, open: 1, dead: 1, problems: 0 }, true],
  [{ total: 0, done: 0, open: 0, dead: 0, problems: 0 }, false],
])('%o: forgotten is %s', (coverage, is) => {
  expect(isAnyForgotten(coverage)).toBe(is)
})

test('a model cannot be used for another task, nor one that nobody has', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const accountId = await addAccount(db)
  const worker = await VisionActor.create(db)
  await worker.report({ id: 'yolo', task: 'detect' })
  await expect(chooseModel(db, 'faces', keyOf('yolo'), accountId)).rejects.toMatchObject({
    code: 'bad_request',
  })
  await expect(chooseModel(db, 'faces', keyOf('other'), accountId)).rejects.toMatchObject({
    code: 'not_found',
  })
})

test('each state of a model says what to do', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  expect((await taskOf(db, 'detect')).waitsFor).toContain(
    'run “hearth models pull yolox-nano” on a machine with a worker',
  )
  const worker = await VisionActor.create(db)
  await worker.report({ id: 'yolo', task: 'detect' })
  await readLibrary(db, names)
  expect(await taskOf(db, 'detect')).toMatchObject({
    waitsFor: null,
    open: 4,
    models: [{ id: 'yolo', machines: [{ agent: 'gpu', online: true, state: 'ready', provider: null }] }],
  })
  await worker.report({ id: 'yolo', task: 'detect', state: 'missing', reason: 'its file is gone' })
  expect((await taskOf(db, 'detect')).waitsFor).toBe('“yolo” cannot be run on “gpu”: its file is gone')
  expect(await worker.lease('detect', 1)).toEqual([])
  await worker.report({ id: 'yolo', task: 'detect' })
  await sql`update agent set coordinator_id = null where id = ${worker.agentId}`.execute(db)
  expect((await taskOf(db, 'detect')).waitsFor).toContain('“gpu” is not connected')
  await worker.lookAtAll('detect', (lease) => ({ ...looked(lease), objects: [thing('cat', [0, 0, 1, 1])] }))
  expect((await taskOf(db, 'detect')).waitsFor).toContain('“yolo” is on “gpu”, which is not there now')
})

test('a model that is recommended is one that can be downloaded, for that task', async () => {
  const text = await readFile(new URL('../../config/models.yaml', import.meta.url), 'utf8')
  const { models } = parse(text) as { models: { id: string; task: string; files: { url?: string }[] }[] }
  for (const [task, id] of Object.entries(firstModels)) {
    const model = models.find((each) => each.id === id)
    expect(model?.task, id).toBe(task)
    expect(
      model?.files.every(({ url }) => url?.startsWith('https://')),
      id,
    ).toBe(true)
  }
})

test('old questions are forgotten', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const worker = await VisionActor.create(db)
  await worker.report({ id: 'sam', task: 'segment' })
  await readLibrary(db, ['a.jpg'])
  await sql`insert into prompt (asset_id, model_id, prompt, asked_at)
    select asset.id, model.id, '{}', now() - age from asset, model, unnest(array['0', '2 hours']::interval[]) age`.execute(
    db,
  )
  await sql`insert into query_vector (model_id, text, asked_at)
    select model.id, age::text, now() - age from model, unnest(array['0', '91 days']::interval[]) age`.execute(
    db,
  )
  await pruneQuestions(db)
  const { rows } =
    await sql`select (select count(*) from prompt) as prompts, (select count(*) from query_vector) as queries`.execute(
      db,
    )
  expect(rows).toEqual([{ prompts: 1, queries: 1 }])
})
