import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { Access, RouteContract } from '../../protocol/api/route-contract.ts'
import { type RouteName, routes } from '../../protocol/api/routes.ts'
import type { Handlers } from './handler.ts'
import { addSampleAsset } from './testing/sample-library.ts'
import { addAgent, cookieOf, startTestServer, type TestServer } from './testing/test-server.ts'

const hash = 'a'.repeat(64)

/** A request for every route that its contract accepts; a route that is missing here does not compile. */
const samples: { [N in RouteName]: { path: string; body?: unknown } } = {
  getHealth: { path: '/api/health' },
  getReady: { path: '/api/ready' },
  getMetrics: { path: '/api/metrics' },
  getDatabase: { path: '/api/database' },
  getOpenApi: { path: '/api/openapi.json' },
  getSetup: { path: '/api/setup' },
  createSetup: { path: '/api/setup', body: { token: 'x', name: 'Eve', password: '1234567890' } },
  getSession: { path: '/api/session' },
  createSession: { path: '/api/session', body: { name: 'user', password: 'wrong' } },
  deleteSession: { path: '/api/session' },
  listTokens: { path: '/api/tokens' },
  createToken: { path: '/api/tokens', body: { name: 'backup', scope: 'user' } },
  deleteToken: { path: '/api/tokens/1' },
  listLibraries: { path: '/api/libraries' },
  createLibrary: { path: '/api/libraries', body: { name: 'b', root: '/elsewhere', agentId: 1 } },
  scanLibrary: { path: '/api/libraries/1/scan' },
  listScans: { path: '/api/libraries/1/scans' },
  listSkipped: { path: '/api/libraries/1/skipped' },
  listAssets: { path: '/api/assets' },
  listImages: { path: '/api/images' },
  listVideos: { path: '/api/videos' },
  getAsset: { path: '/api/assets/1' },
  editAsset: { path: '/api/assets/1', body: { edit: { rating: 3 } } },
  editAssets: { path: '/api/assets/bulk', body: { assetIds: [1], edit: { rating: 4 } } },
  getAssetHistory: { path: '/api/assets/1/history' },
  setCover: { path: '/api/assets/1/cover', body: { fileId: null } },
  listEdits: { path: '/api/edits' },
  undoEdit: { path: '/api/edits/4711/undo' },
  listWriteBacks: { path: '/api/write-backs' },
  countWriteBacks: { path: '/api/write-backs/summary' },
  approveWriteBacks: { path: '/api/write-backs/approve', body: {} },
  retryWriteBacks: { path: '/api/write-backs/retry', body: {} },
  retryWriteBack: { path: '/api/write-backs/4711/retry' },
  resolveWriteBack: {
    path: '/api/write-backs/4711/resolve',
    body: { conflictVersion: '1-gone', choice: 'mine' },
  },
  undoWriteBack: { path: '/api/write-backs/4711/undo' },
  getThumbnail: { path: '/api/assets/1/thumbnail' },
  getPreview: { path: '/api/assets/1/preview' },
  getOriginal: { path: '/api/assets/1/original' },
  reingestAsset: { path: '/api/assets/1/ingest' },
  listProblems: { path: '/api/problems' },
  listModels: { path: '/api/models' },
  chooseModel: { path: '/api/models/faces', body: { key: null } },
  runModel: { path: '/api/models/detect/run', body: { which: 'missing' } },
  listThings: { path: '/api/things' },
  listDetections: { path: '/api/assets/1/detections' },
  drawDetection: { path: '/api/assets/1/detections', body: { label: 'cat', box: [0, 0, 0.5, 0.5] } },
  changeDetection: { path: '/api/detections/4711', body: { review: 'confirmed' } },
  deleteDetection: { path: '/api/detections/4711' },
  segmentAsset: {
    path: '/api/assets/1/segment',
    body: { points: [{ at: [0.5, 0.5], inside: true }], box: null },
  },
  search: { path: '/api/search?q=cat' },
  listSimilar: { path: '/api/assets/1/similar' },
  getTimeline: { path: '/api/timeline' },
  getTimelineBucket: { path: '/api/timeline/2024-05' },
  listJobs: { path: '/api/jobs' },
  getJob: { path: '/api/jobs/1' },
  listFailures: { path: '/api/jobs/failures' },
  updateJobKind: { path: '/api/jobs/kinds/file.ingest', body: { paused: false } },
  updateAgent: { path: '/api/agents/1', body: { concurrency: {} } },
  updateLibrary: { path: '/api/libraries/1', body: { paused: false } },
  getJobSummary: { path: '/api/jobs/summary' },
  retryJob: { path: '/api/jobs/1/retry' },
  retryDeadJobs: { path: '/api/jobs/retry', body: {} },
  cancelJob: { path: '/api/jobs/1/cancel' },
  listAgents: { path: '/api/agents' },
  drainAgent: { path: '/api/agents/1/drain' },
  resumeAgent: { path: '/api/agents/1/resume' },
  revokeAgent: { path: '/api/agents/4711/revoke' },
  createPairingCode: { path: '/api/agents/pairing-codes', body: { agentId: null } },
  listPairingCodes: { path: '/api/agents/pairing-codes' },
  deletePairingCode: { path: '/api/agents/pairing-codes/4711' },
  listJoinRequests: { path: '/api/agents/join-requests' },
  approveJoinRequest: { path: '/api/agents/join-requests/4711/approve' },
  refuseJoinRequest: { path: '/api/agents/join-requests/4711/refuse' },
  getAgentPower: { path: '/api/agents/1/power' },
  wakeAgent: { path: '/api/agents/1/wake' },
  sleepAgent: { path: '/api/agents/1/sleep' },
  findMissingDerived: { path: '/api/derived/missing', body: { hashes: [hash] } },
  putDerived: { path: `/api/derived/${hash}` },
  getJobOriginal: { path: '/api/jobs/1/files/1/original?token=1' },
  getJobPreview: { path: '/api/jobs/1/files/1/preview?token=1' },
  getSample: { path: '/api/sources/samples/1' },
  putTransfer: { path: `/api/transfers/${'x'.repeat(32)}` },
}

type Caller = 'nobody' | 'user' | 'admin' | 'agent' | 'expired' | 'revoked' | 'forged'

/** Whom each access lets in; all others get 401, or 403 where only the role is missing. */
const allowed: Record<Access, readonly Caller[]> = {
  public: ['nobody', 'user', 'admin', 'agent', 'expired', 'revoked', 'forged'],
  user: ['user', 'admin'],
  admin: ['admin'],
  agent: ['agent'],
}

async function headersOf(
  test: TestServer,
  caller: Caller,
  agentToken: string,
): Promise<Record<string, string>> {
  switch (caller) {
    case 'nobody':
      return {}
    case 'user':
    case 'admin':
      return { cookie: await cookieOf(test.db, caller) }
    case 'expired': {
      const cookie = await cookieOf(test.db, 'admin')
      await sql`update session set expires_at = now() - interval '1 second'`.execute(test.db)
      return { cookie }
    }
    case 'agent':
      return { authorization: `Bearer ${agentToken}` }
    case 'revoked': {
      const { id, token } = await addAgent(test.db, 'stolen')
      await test.db.updateTable('agent').set({ revoked_at: new Date() }).where('id', '=', id).execute()
      return { authorization: `Bearer ${token}` }
    }
    case 'forged':
      return { cookie: `hearth_session=${'A'.repeat(43)}`, authorization: `Bearer ${'A'.repeat(43)}` }
  }
}

test('each route lets in whom its contract names, and nobody else', async () => {
  await using server = await startTestServer()
  const agent = await addAgent(server.db, 'nas')
  await addSampleAsset(server.db, server.store, { agentId: agent.id })
  await cookieOf(server.db, 'user')
  const callers: Caller[] = ['nobody', 'user', 'admin', 'agent', 'expired', 'revoked', 'forged']
  for (const name of Object.keys(routes) as RouteName[]) {
    const route: RouteContract = routes[name]
    const { path, body } = samples[name]
    for (const caller of callers) {
      const headers = await headersOf(server, caller, agent.token)
      const hasBody = body !== undefined
      const answer = await fetch(server.url + path, {
        method: route.method.toUpperCase(),
        headers: {
          ...headers,
          'sec-fetch-site': 'same-origin',
          ...(hasBody ? { 'content-type': 'application/json' } : {}),
        },
        ...(hasBody ? { body: JSON.stringify(body) } : {}),
      })
      const text = await answer.text()
      const what = `${caller} ${name}: ${answer.status} ${text.slice(0, 200)}`
      expect(answer.status, what).not.toBe(500)
      if (allowed[route.access].includes(caller)) {
        // A wrong password or setup token is the handler's own word.
        if (name !== 'createSession' && name !== 'createSetup')
          expect([401, 403], what).not.toContain(answer.status)
      } else {
        expect(answer.status, what).toBe(caller === 'user' && route.access === 'admin' ? 403 : 401)
        expect(Object.keys(JSON.parse(text))).toEqual(['error'])
      }
      expect(answer.headers.get('content-security-policy'), what).toBeTruthy()
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
      expect(answer.headers.get('strict-transport-security')).toBeNull()
    }
  }
  expect(server.log).toEqual([])
})

test('what is not in the table does not exist, and HEAD asks what GET asks', async () => {
  await using server = await startTestServer()
  const cookie = await cookieOf(server.db, 'admin')
  for (const [method, path] of [
    ['GET', '/api'],
    ['GET', '/api/'],
    ['GET', '/API/unknown'],
    ['GET', '/api/users'],
    ['POST', '/api/assets'],
    ['PUT', '/api/jobs/1/retry'],
    ['DELETE', '/'],
    ['PATCH', '/api/timeline'],
    ['OPTIONS', '/api/assets'],
  ]) {
    const answer = await fetch(server.url + path, { method: method!, headers: { cookie } })
    expect(answer.status, `${method} ${path}`).toBe(404)
    expect(await answer.json()).toMatchObject({ error: { code: 'not_found' } })
  }
  expect((await fetch(`${server.url}/api/assets`, { method: 'HEAD' })).status).toBe(401)
  expect((await fetch(`${server.url}/api/assets`, { method: 'HEAD', headers: { cookie } })).status).toBe(200)
  expect((await fetch(`${server.url}/docs/`)).status).toBe(401)
  expect((await fetch(`${server.url}/docs/swagger-ui-bundle.js`)).status).toBe(401)
})

test('a table that lacks a route’s handler does not compile', () => {
  const { getHealth, ...others } = {} as Handlers
  // @ts-expect-error: `getHealth` is missing, and with this line the type check fails once that is allowed
  const incomplete: Handlers = others
  expect([getHealth, incomplete]).toEqual([undefined, {}])
})
