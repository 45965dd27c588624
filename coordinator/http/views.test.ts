import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { RouteAnswer, RouteName } from '../../protocol/api/routes.ts'
import { type Engine, eachEngine } from '../db/testing/fresh-database.ts'
import { enqueueIngest } from '../intake/enqueue-ingest.ts'
import { enqueueScan } from '../intake/enqueue-scan.ts'
import { makeLane } from '../testing/make-lane.ts'
import { markConnected } from '../testing/mark-connected.ts'
import { addSampleAsset } from './testing/sample-library.ts'
import { addAgent, cookieOf, startTestServer } from './testing/test-server.ts'

async function withSample(engine: Engine) {
  const server = await startTestServer({ engine })
  const agent = await addAgent(server.db, 'nas')
  const sample = await addSampleAsset(server.db, server.store, { agentId: agent.id })
  const headers = {
    cookie: await cookieOf(server.db, 'admin'),
    origin: server.url,
    'content-type': 'application/json',
  }
  return {
    server,
    db: server.db,
    agent,
    sample,
    /** The answer of a route; the server itself has checked it against the contract. */
    call: async <N extends RouteName>(
      _name: N,
      method: string,
      path: string,
      body?: unknown,
      status = 200,
    ) => {
      const answer = await fetch(server.url + path, {
        method,
        headers,
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      const json = await answer.json()
      expect(answer.status, JSON.stringify(json)).toBe(status)
      return json as RouteAnswer<N>
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

eachEngine('views over HTTP', (engine) => {
  test('an asset shows its files, its times and what they say about it', async () => {
    await using t = await withSample(engine)
    const detail = await t.call('getAsset', 'GET', `/api/assets/${t.sample.assetId}`)
    expect(detail).toMatchObject({
      folder: 'trip',
      capturedLocal: '2024-05-01T14:03:22',
      captured: { at: '2024-05-01T12:03:22.000Z', offsetMinutes: 120, source: 'exif_original' },
      position: null,
      files: [
        {
          path: 'trip/Zoë.jpg',
          role: 'original',
          isCover: true,
          format: 'JPG',
          tags: { 'EXIF:Model': 'One' },
        },
      ],
    })
    expect(detail.metadata).toContainEqual(expect.objectContaining({ field: 'iso', source: 'file' }))
    const list = await t.call('listImages', 'GET', '/api/images?from=2024-05-01&to=2024-05-01')
    expect(list).toMatchObject({
      items: [{ id: t.sample.assetId, version: t.sample.version }],
      nextCursor: null,
    })
    expect(await t.call('listVideos', 'GET', '/api/videos')).toEqual({ items: [], nextCursor: null })
    const timeline = await t.call('getTimeline', 'GET', '/api/timeline')
    expect(timeline.buckets).toEqual([{ bucket: '2024-05', count: 1, aspectSum: 1.333 }])
    const bucket = await t.call('getTimelineBucket', 'GET', '/api/timeline/2024-05')
    expect(bucket.items).toEqual(list.items)
  })

  test('jobs say what they are about and why they wait', async () => {
    await using t = await withSample(engine)
    await enqueueIngest(t.db, [t.sample.fileId])
    await enqueueScan(t.db, t.sample.libraryId, { acceptMissing: false })
    const jobs = await t.call('listJobs', 'GET', '/api/jobs')
    expect(jobs.items).toMatchObject([
      {
        kind: 'library.scan',
        subject: 'photos',
        assetId: null,
        waitsFor: expect.stringContaining('“nas” is not connected'),
      },
      {
        kind: 'file.ingest',
        subject: 'trip/Zoë.jpg',
        assetId: t.sample.assetId,
        waitsFor: expect.stringContaining('none is known'),
      },
    ])
    const first = await t.call('listJobs', 'GET', '/api/jobs?limit=1&state=queued')
    const second = await t.call(
      'listJobs',
      'GET',
      `/api/jobs?limit=1&state=queued&cursor=${first.nextCursor}`,
    )
    expect([...first.items, ...second.items]).toEqual(jobs.items)
    expect(second.nextCursor).toBeNull()

    await markConnected(t.db, t.agent.id)
    const { kinds } = await t.call('getJobSummary', 'GET', '/api/jobs/summary')
    expect(kinds).toMatchObject([
      { kind: 'library.scan', queued: 1, leased: 0, waitsFor: null, perSecond: 0, etaSeconds: null },
      { kind: 'file.ingest', queued: 1, waitsFor: expect.stringContaining('“ingest”') },
      { kind: 'sidecar.write', queued: 0, waitsFor: null },
      { kind: 'sidecar.restore', queued: 0, waitsFor: null },
      { kind: 'asset.detect', queued: 0, waitsFor: null },
      { kind: 'asset.segment', queued: 0, waitsFor: null },
      { kind: 'asset.prompt', queued: 0, waitsFor: null },
      { kind: 'asset.embed', queued: 0, waitsFor: null },
      { kind: 'asset.faces', queued: 0, waitsFor: null },
      { kind: 'query.embed', queued: 0, waitsFor: null },
    ])
  })

  test('rate and time left follow from what was done in the last half minute', async () => {
    await using t = await withSample(engine)
    const laneId = await makeLane(t.db, t.sample.libraryId)
    await sql`insert into job (lane_id, kind, state, priority, subject_id, agent_id, finished_at)
      select ${laneId}::bigint, 'file.ingest', case when n <= 10 then 'queued' else 'done' end, 20, n, ${t.agent.id}::bigint,
        case when n <= 10 then null when n <= 110 then now() - n % 10 * interval '1 second'
          else now() - interval '1 hour' end
      from generate_series(1, 200) n`.execute(t.db)
    const { kinds } = await t.call('getJobSummary', 'GET', '/api/jobs/summary')
    const ingest = kinds.find(({ kind }) => kind === 'file.ingest')!
    expect(ingest).toMatchObject({ queued: 10, done: 190 })
    expect(ingest.perSecond).toBeGreaterThan(5)
    expect(ingest.perSecond).toBeLessThan(12)
    expect(ingest.etaSeconds).toBe(Math.ceil(10 / ingest.perSecond))
    const { items } = await t.call('listAgents', 'GET', '/api/agents')
    expect(items).toMatchObject([{ name: 'nas', state: 'offline', perMinute: 100, leases: 0 }])
  })

  test('a job can be cancelled, its agent is told, and it can be tried again', async () => {
    await using t = await withSample(engine)
    const id = await enqueueScan(t.db, t.sample.libraryId, { acceptMissing: false })
    await t.db
      .updateTable('job')
      .set({ state: 'leased', agent_id: t.agent.id, fencing_token: 1 })
      .where('id', '=', id)
      .execute()
    expect((await t.call('listLibraries', 'GET', '/api/libraries')).items[0]).toMatchObject({
      scanning: true,
    })
    expect(await t.call('cancelJob', 'POST', `/api/jobs/${id}/cancel`)).toMatchObject({ state: 'cancelled' })
    expect(t.server.sent).toEqual([
      { agentId: t.agent.id, event: 'lease.revoked', message: { jobIds: [id], reason: expect.any(String) } },
    ])
    await t.call('cancelJob', 'POST', `/api/jobs/${id}/cancel`, undefined, 409)
    expect(await t.call('retryJob', 'POST', `/api/jobs/${id}/retry`)).toMatchObject({ state: 'queued' })
    await t.call('retryJob', 'POST', '/api/jobs/999/retry', undefined, 404)
    await sql`update job set state = 'dead', finished_at = now(), error_code = 'timed_out', error_message = 'slow'`.execute(
      t.db,
    )
    const dead = await t.call('listJobs', 'GET', '/api/jobs?state=dead&kind=library.scan')
    expect(dead.items).toMatchObject([{ error: { code: 'timed_out', message: 'slow' }, waitsFor: null }])
    expect(await t.call('retryDeadJobs', 'POST', '/api/jobs/retry', { kind: 'file.ingest' })).toEqual({
      jobs: 0,
    })
    expect(await t.call('retryDeadJobs', 'POST', '/api/jobs/retry', {})).toEqual({ jobs: 1 })
    expect(t.server.changes).toContain('jobs')
  })

  test('an agent drains and works again', async () => {
    await using t = await withSample(engine)
    await markConnected(t.db, t.agent.id)
    expect(await t.call('drainAgent', 'POST', `/api/agents/${t.agent.id}/drain`)).toMatchObject({
      state: 'draining',
    })
    expect(await t.call('resumeAgent', 'POST', `/api/agents/${t.agent.id}/resume`)).toMatchObject({
      state: 'online',
    })
    await t.call('drainAgent', 'POST', '/api/agents/99/drain', undefined, 404)
  })

  test('a library is made and scanned, and only a held scan can be accepted', async () => {
    await using t = await withSample(engine)
    const made = await t.call('createLibrary', 'POST', '/api/libraries', {
      name: 'Film',
      root: '/film',
      agentId: t.agent.id,
    })
    expect(made).toMatchObject({ name: 'Film', root: '/film', assets: 0 })
    const jobs = await t.call('listJobs', 'GET', '/api/jobs')
    expect(jobs.items).toMatchObject([{ kind: 'library.scan', libraryId: made.id, state: 'queued' }])
    const again = await t.call('scanLibrary', 'POST', `/api/libraries/${made.id}/scan`)
    expect(again.jobId).toBe(jobs.items[0]!.id)
    await t.call('scanLibrary', 'POST', `/api/libraries/${made.id}/scan`, { acceptMissing: true }, 409)
    await t.db.updateTable('library').set({ state: 'held' }).where('id', '=', made.id).execute()
    await t.call('scanLibrary', 'POST', `/api/libraries/${made.id}/scan`, { acceptMissing: true })
    const { payload } = await t.db.selectFrom('job').select('payload').executeTakeFirstOrThrow()
    expect(payload).toEqual({ acceptMissing: true })
    expect((await t.call('listLibraries', 'GET', '/api/libraries')).items).toMatchObject([
      { name: 'Film', files: 0 },
      { name: 'photos', assets: 1, files: 1, missing: 0, scanning: false },
    ])
  })

  test('scans, what they skipped, and files with problems are listed page by page', async () => {
    await using t = await withSample(engine)
    const { libraryId, fileId, assetId } = t.sample
    await sql`insert into scan (library_id, job_id, fencing_token, state, skipped)
      select ${libraryId}::bigint, n, 1, 'complete', '{"hidden": 2}' from generate_series(1, 5) n`.execute(
      t.db,
    )
    await sql`insert into scan_skipped (scan_id, path, reason)
      select 1 + n % 2 * 4, convert_to('.hidden ' || n, 'UTF8') || '\\xff'::bytea, 'hidden' from generate_series(0, 9) n`.execute(
      t.db,
    )
    const first = await t.call('listScans', 'GET', `/api/libraries/${libraryId}/scans?limit=3`)
    const second = await t.call(
      'listScans',
      'GET',
      `/api/libraries/${libraryId}/scans?limit=3&cursor=${first.nextCursor}`,
    )
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([5, 4, 3, 2, 1])
    expect(first.items[0]).toMatchObject({ state: 'complete', skipped: { hidden: 2 } })
    const skipped = await t.call('listSkipped', 'GET', `/api/libraries/${libraryId}/skipped`)
    expect(skipped.items).toHaveLength(5)
    expect(skipped.items[0]).toEqual({ path: '.hidden 9\ufffd', reason: 'hidden' })

    expect((await t.call('listProblems', 'GET', '/api/problems')).items).toEqual([])
    const problem = { code: 'damaged', message: 'It ends in the middle' } as const
    await t.db
      .updateTable('asset_file')
      .set({ problem: JSON.stringify(problem) })
      .execute()
    expect((await t.call('listProblems', 'GET', `/api/problems?libraryId=${libraryId}`)).items).toEqual([
      { assetId, fileId, libraryId, path: 'trip/Zoë.jpg', problem },
    ])
    expect(await t.call('reingestAsset', 'POST', `/api/assets/${assetId}/ingest`)).toEqual({ jobs: 1 })
    expect(await t.call('reingestAsset', 'POST', `/api/assets/${assetId}/ingest`)).toEqual({ jobs: 0 })
    await t.call('reingestAsset', 'POST', '/api/assets/999/ingest', undefined, 404)
  })
})
