import { z } from 'zod'
import { AgentSettings } from './agents.ts'
import { AssetListQuery, flagParam, idParams, Nothing, numberParam, page, pageParams } from './asset-query.ts'
import { AssetDetail, AssetTile, TimelineBucket } from './assets.ts'
import { CurationField } from './curation.ts'
import { DatabaseView } from './database.ts'
import {
  AssetChange,
  AssetIds,
  BulkChange,
  EditAnswer,
  EditRequest,
  EditView,
  WriteBackPolicy,
  WriteBackState,
  WriteBackView,
} from './edits.ts'
import { ErrorCode } from './errors.ts'
import {
  AgentView,
  FailureGroup,
  JobDetail,
  JobKindSummary,
  JobView,
  LibraryView,
  ProblemView,
  ScanView,
} from './fleet.ts'
import { AccountId, AgentId, AssetFileId, ContentHash, JobId, LibraryId } from './ids.ts'
import { JobKind, JobState } from './jobs.ts'
import { AssetKind } from './media.ts'
import { JoinRequestView, NewPairingCode, PairingCodeView } from './pairing.ts'
import { PowerDetail, WakePolicyChange } from './power.ts'
import { SkippedPath } from './scan.ts'
import { visionRoutes } from './vision-api.ts'

/** Who may call a route. Everything not listed here does not exist; `agent` means an agent's session token. */
export type Access = 'public' | 'user' | 'admin' | 'agent'

export type RouteContract = {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  path: string
  access: Access
  summary: string
  params?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodType
  /** JSON answer; `bytes` when the route streams a file. */
  answer: z.ZodType | 'bytes' | 'text'
}

/** A filter as a body: the same words, in the same spelling. */
const AssetFilterBody = AssetListQuery.omit({ sort: true, cursor: true, limit: true }).strict()

const WhichWriteBacks = z.strictObject({ assetIds: AssetIds.optional(), libraryId: LibraryId.optional() })

const Password = z.string().min(10, 'must have at least 10 characters').max(1_024)
const AccountName = z.string().trim().min(1).max(64)
export const Account = z
  .object({ id: AccountId, name: z.string(), role: z.enum(['admin', 'user']) })
  .meta({ id: 'Account' })
export type Account = z.infer<typeof Account>

export const ApiTokenView = z
  .object({
    id: z.int().positive(),
    name: z.string(),
    /** What it may do at most; never more than its owner. */
    scope: z.enum(['admin', 'user']),
    createdAt: z.iso.datetime(),
    /** To the minute. */
    lastUsedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ApiToken' })
export type ApiTokenView = z.infer<typeof ApiTokenView>

export const ErrorAnswer = z
  .object({ error: z.object({ code: ErrorCode, message: z.string(), details: z.unknown().optional() }) })
  .meta({ id: 'Error' })

/** Every HTTP route of the coordinator, by name. The server, the web app and OpenAPI are made from this table. */
export const routes = {
  getHealth: {
    method: 'get',
    path: '/api/health',
    access: 'public',
    summary: 'The process is alive',
    answer: z.object({ status: z.literal('ok'), version: z.string() }),
  },
  getReady: {
    method: 'get',
    path: '/api/ready',
    access: 'public',
    summary: 'The database answers and requests can be served',
    answer: z.object({ status: z.literal('ready') }),
  },
  getMetrics: {
    method: 'get',
    path: '/api/metrics',
    access: 'admin',
    summary: 'Prometheus metrics',
    answer: 'text',
  },
  getDatabase: {
    method: 'get',
    path: '/api/database',
    access: 'user',
    summary: 'How the database is; administrators also get what is known about it and what to do',
    answer: DatabaseView,
  },
  getOpenApi: {
    method: 'get',
    path: '/api/openapi.json',
    access: 'user',
    summary: 'This API as OpenAPI 3.1',
    answer: z.unknown(),
  },

  getSetup: {
    method: 'get',
    path: '/api/setup',
    access: 'public',
    summary: 'Whether the first administrator still has to be made, and where everything will be kept',
    answer: z.object({ needed: z.boolean(), embeddedDatabase: z.boolean() }),
  },
  createSetup: {
    method: 'post',
    path: '/api/setup',
    access: 'public',
    summary: 'Make the first administrator with the one-time token that the server printed',
    body: z.object({ token: z.string().max(256), name: AccountName, password: Password }),
    answer: Account,
  },
  getSession: {
    method: 'get',
    path: '/api/session',
    access: 'user',
    summary: 'Who is signed in',
    answer: Account,
  },
  createSession: {
    method: 'post',
    path: '/api/session',
    access: 'public',
    summary: 'Sign in; sets the session cookie',
    body: z.object({ name: AccountName, password: z.string().max(1_024) }),
    answer: Account,
  },
  deleteSession: {
    method: 'delete',
    path: '/api/session',
    access: 'user',
    summary: 'Sign out',
    answer: Nothing,
  },

  listTokens: {
    method: 'get',
    path: '/api/tokens',
    access: 'user',
    summary: 'Your tokens for programs, newest first',
    answer: z.object({ items: z.array(ApiTokenView) }),
  },
  createToken: {
    method: 'post',
    path: '/api/tokens',
    access: 'user',
    summary:
      'Make a token with which a program acts for you; it is shown this once. Only for who is signed in',
    body: z.object({ name: z.string().trim().min(1).max(64), scope: z.enum(['admin', 'user']) }),
    answer: ApiTokenView.extend({ token: z.string() }),
  },
  deleteToken: {
    method: 'delete',
    path: '/api/tokens/:id',
    access: 'user',
    summary: 'Revoke one of your tokens; the next request with it is refused',
    params: idParams,
    answer: Nothing,
  },

  listLibraries: {
    method: 'get',
    path: '/api/libraries',
    access: 'user',
    summary: 'All libraries',
    answer: z.object({ items: z.array(LibraryView) }),
  },
  createLibrary: {
    method: 'post',
    path: '/api/libraries',
    access: 'admin',
    summary: 'Add a folder of a vault agent as a library and scan it',
    body: z.object({
      name: z.string().trim().min(1).max(64),
      root: z.string().min(1).max(4_096),
      agentId: AgentId,
      ignoreGlobs: z.array(z.string().max(256)).max(100).default([]),
    }),
    answer: LibraryView,
  },
  updateLibrary: {
    method: 'patch',
    path: '/api/libraries/:id',
    access: 'admin',
    summary:
      'Pause or resume all work of a library, and say what may be written to its sidecars; remembered, what is not given stays',
    params: idParams,
    body: z.object({ paused: z.boolean().optional(), writeBack: WriteBackPolicy.partial().optional() }),
    answer: LibraryView,
  },
  scanLibrary: {
    method: 'post',
    path: '/api/libraries/:id/scan',
    access: 'admin',
    summary: 'Scan now; `acceptMissing` confirms a held scan',
    params: idParams,
    body: z.object({ acceptMissing: z.boolean().default(false) }),
    answer: z.object({ jobId: JobId }),
  },
  listScans: {
    method: 'get',
    path: '/api/libraries/:id/scans',
    access: 'user',
    summary: 'Scans of a library, newest first',
    params: idParams,
    query: z.object({ ...pageParams }),
    answer: page(ScanView),
  },
  listSkipped: {
    method: 'get',
    path: '/api/libraries/:id/skipped',
    access: 'user',
    summary: 'What the last scan left out, with the reason',
    params: idParams,
    query: z.object({ ...pageParams }),
    answer: page(SkippedPath),
  },

  listAssets: {
    method: 'get',
    path: '/api/assets',
    access: 'user',
    summary: 'Assets by capture time, with filters',
    query: AssetListQuery,
    answer: page(AssetTile),
  },
  listImages: {
    method: 'get',
    path: '/api/images',
    access: 'user',
    summary: 'The same list, images only',
    query: AssetListQuery.omit({ kind: true }),
    answer: page(AssetTile),
  },
  listVideos: {
    method: 'get',
    path: '/api/videos',
    access: 'user',
    summary: 'The same list, videos only',
    query: AssetListQuery.omit({ kind: true }),
    answer: page(AssetTile),
  },
  getAsset: {
    method: 'get',
    path: '/api/assets/:id',
    access: 'user',
    summary: 'One asset: all files with their roles, metadata with sources',
    params: idParams,
    answer: AssetDetail,
  },
  editAsset: {
    method: 'patch',
    path: '/api/assets/:id',
    access: 'user',
    summary:
      'Say what an asset is; a field that is not given stays, null empties it. On the disk when answered',
    params: idParams,
    body: EditRequest,
    answer: EditAnswer,
  },
  editAssets: {
    method: 'post',
    path: '/api/assets/bulk',
    access: 'user',
    summary:
      'The same of up to 10,000 assets at once, one entry in the history; the filter has the words of `GET /api/assets`',
    body: z.union([
      z.strictObject({ assetIds: AssetIds, edit: BulkChange }),
      z.strictObject({ filter: AssetFilterBody, edit: BulkChange }),
    ]),
    answer: EditAnswer,
  },
  getAssetHistory: {
    method: 'get',
    path: '/api/assets/:id/history',
    access: 'user',
    summary: 'Who has changed what of an asset, newest first',
    params: idParams,
    query: z.object({ ...pageParams }),
    answer: page(AssetChange),
  },
  setCover: {
    method: 'put',
    path: '/api/assets/:id/cover',
    access: 'user',
    summary: 'Show an asset by this file of it, also after the next scan; null: by the rule',
    params: idParams,
    body: z.strictObject({ fileId: AssetFileId.nullable() }),
    answer: Nothing,
  },
  listEdits: {
    method: 'get',
    path: '/api/edits',
    access: 'user',
    summary: 'Edits, newest first; yours, or those of all',
    query: z.object({ mine: flagParam.default(false), ...pageParams }),
    answer: page(EditView),
  },
  undoEdit: {
    method: 'post',
    path: '/api/edits/:id/undo',
    access: 'user',
    summary: 'Take an edit back, or an undo, except where somebody has edited since',
    params: idParams,
    answer: EditAnswer,
  },
  listWriteBacks: {
    method: 'get',
    path: '/api/write-backs',
    access: 'user',
    summary: 'What people have said and whether it has reached the sidecars; by asset, newest first',
    query: z.object({ state: WriteBackState.optional(), libraryId: numberParam.optional(), ...pageParams }),
    answer: page(WriteBackView),
  },
  countWriteBacks: {
    method: 'get',
    path: '/api/write-backs/summary',
    access: 'user',
    summary: 'How many write-backs are in each state',
    query: z.object({ libraryId: numberParam.optional() }),
    answer: z.object({ states: z.partialRecord(WriteBackState, z.int()) }),
  },
  approveWriteBacks: {
    method: 'post',
    path: '/api/write-backs/approve',
    access: 'admin',
    summary: 'Let what waits for approval be written: these assets, a library, or all',
    body: WhichWriteBacks,
    answer: z.object({ writeBacks: z.int() }),
  },
  retryWriteBacks: {
    method: 'post',
    path: '/api/write-backs/retry',
    access: 'admin',
    summary: 'Try again what failed or was kept here: these assets, a library, or all',
    body: WhichWriteBacks,
    answer: z.object({ writeBacks: z.int() }),
  },
  retryWriteBack: {
    method: 'post',
    path: '/api/write-backs/:id/retry',
    access: 'admin',
    summary: 'Try the write-back of one asset again',
    params: idParams,
    answer: Nothing,
  },
  resolveWriteBack: {
    method: 'post',
    path: '/api/write-backs/:id/resolve',
    access: 'user',
    summary: 'Decide a conflict: ours over theirs, theirs instead of ours, or field by field',
    params: idParams,
    body: z.strictObject({
      /** Of the write-back as it was shown to whoever decides. */
      conflictVersion: z.string().max(128),
      choice: z.enum(['mine', 'theirs']),
      fields: z.partialRecord(CurationField, z.enum(['mine', 'theirs'])).default({}),
    }),
    answer: EditAnswer,
  },
  undoWriteBack: {
    method: 'post',
    path: '/api/write-backs/:id/undo',
    access: 'admin',
    summary: 'Put the version of a sidecar back that lay there before ours; the words stay in Hearth',
    params: idParams,
    answer: Nothing,
  },

  getThumbnail: {
    method: 'get',
    path: '/api/assets/:id/thumbnail',
    access: 'user',
    summary: 'Grid picture, upright WebP',
    params: idParams,
    query: z.object({ size: z.enum(['tiny', 'grid']).default('grid'), v: z.string().max(64).optional() }),
    answer: 'bytes',
  },
  getPreview: {
    method: 'get',
    path: '/api/assets/:id/preview',
    access: 'user',
    summary: 'Upright JPEG of at most 1440 px',
    params: idParams,
    query: z.object({ v: z.string().max(64).optional() }),
    answer: 'bytes',
  },
  getOriginal: {
    method: 'get',
    path: '/api/assets/:id/original',
    access: 'user',
    summary: 'The bytes of a file of the asset, as they are on the disk; ranges supported',
    params: idParams,
    query: z.object({ fileId: numberParam.optional(), download: flagParam.optional() }),
    answer: 'bytes',
  },
  reingestAsset: {
    method: 'post',
    path: '/api/assets/:id/ingest',
    access: 'admin',
    summary: 'Read the files of an asset again',
    params: idParams,
    answer: z.object({ jobs: z.int() }),
  },
  listProblems: {
    method: 'get',
    path: '/api/problems',
    access: 'user',
    summary: 'Files that were read and have no whole picture, with the reason',
    query: z.object({ libraryId: numberParam.optional(), ...pageParams }),
    answer: page(ProblemView),
  },

  ...visionRoutes,

  getTimeline: {
    method: 'get',
    path: '/api/timeline',
    access: 'user',
    summary: 'Months, newest first, with counts; `undated` last',
    query: z.object({ kind: AssetKind.optional(), libraryId: numberParam.optional() }),
    answer: z.object({ buckets: z.array(TimelineBucket), revision: z.int() }),
  },
  getTimelineBucket: {
    method: 'get',
    path: '/api/timeline/:bucket',
    access: 'user',
    summary: 'The assets of one month, newest first',
    params: z.object({ bucket: z.string().regex(/^(\d{4}-\d{2}|undated)$/) }),
    query: z.object({
      kind: AssetKind.optional(),
      libraryId: numberParam.optional(),
      cursor: z.string().max(512).optional(),
      limit: z.coerce.number().int().min(1).max(5_000).default(1_000),
    }),
    answer: page(AssetTile),
  },

  listJobs: {
    method: 'get',
    path: '/api/jobs',
    access: 'user',
    summary: 'Jobs, newest first',
    query: z.object({
      kind: JobKind.optional(),
      state: JobState.optional(),
      code: ErrorCode.optional(),
      libraryId: numberParam.optional(),
      ...pageParams,
    }),
    answer: page(JobView),
  },
  listFailures: {
    method: 'get',
    path: '/api/jobs/failures',
    access: 'user',
    summary: 'Dead jobs by kind and reason',
    answer: z.object({ items: z.array(FailureGroup) }),
  },
  updateJobKind: {
    method: 'patch',
    path: '/api/jobs/kinds/:kind',
    access: 'admin',
    summary: 'Pause or resume a kind of work, or limit how many of it run at once; remembered',
    params: z.object({ kind: JobKind }),
    body: z.object({
      paused: z.boolean().optional(),
      maxRunning: z.int().min(1).max(10_000).nullable().optional(),
    }),
    answer: JobKindSummary,
  },
  getJobSummary: {
    method: 'get',
    path: '/api/jobs/summary',
    access: 'user',
    summary: 'Counts, rate and time left for each kind of job',
    answer: z.object({ kinds: z.array(JobKindSummary) }),
  },
  getJob: {
    method: 'get',
    path: '/api/jobs/:id',
    access: 'user',
    summary: 'One job with its history and the log lines of its handler',
    params: idParams,
    answer: JobDetail,
  },
  retryJob: {
    method: 'post',
    path: '/api/jobs/:id/retry',
    access: 'admin',
    summary: 'Queue a dead or cancelled job again',
    params: idParams,
    answer: JobView,
  },
  retryDeadJobs: {
    method: 'post',
    path: '/api/jobs/retry',
    access: 'admin',
    summary: 'Queue all dead jobs again, of one kind or reason if given',
    body: z.object({ kind: JobKind.optional(), code: ErrorCode.optional() }),
    answer: z.object({ jobs: z.int() }),
  },
  cancelJob: {
    method: 'post',
    path: '/api/jobs/:id/cancel',
    access: 'admin',
    summary: 'Cancel a queued or running job',
    params: idParams,
    answer: JobView,
  },
  listAgents: {
    method: 'get',
    path: '/api/agents',
    access: 'user',
    summary: 'All agents with their state',
    answer: z.object({ items: z.array(AgentView) }),
  },
  updateAgent: {
    method: 'patch',
    path: '/api/agents/:id',
    access: 'admin',
    summary:
      'An agent’s name, how many jobs of each capability it runs at once, after how long without work it sleeps (never more than its own configuration says), and how it is woken; remembered, what is not given stays',
    params: idParams,
    body: AgentSettings.partial().extend({
      name: z.string().trim().min(1).max(64).optional(),
      wake: WakePolicyChange.optional(),
    }),
    answer: AgentView,
  },
  drainAgent: {
    method: 'post',
    path: '/api/agents/:id/drain',
    access: 'admin',
    summary: 'Let an agent finish and take no more work',
    params: idParams,
    answer: AgentView,
  },
  resumeAgent: {
    method: 'post',
    path: '/api/agents/:id/resume',
    access: 'admin',
    summary: 'Let a drained agent work again',
    params: idParams,
    answer: AgentView,
  },

  revokeAgent: {
    method: 'post',
    path: '/api/agents/:id/revoke',
    access: 'admin',
    summary:
      'Shut an agent out for good: its connection ends, its work goes back to the queue, its key is refused',
    params: idParams,
    answer: Nothing,
  },
  createPairingCode: {
    method: 'post',
    path: '/api/agents/pairing-codes',
    access: 'admin',
    summary: 'Make a code that lets one agent in: one use, ten minutes, five tries',
    body: z.object({
      /** The machine takes this agent’s place, with its name and its libraries; its old key is no longer good. */
      agentId: AgentId.nullable().default(null),
    }),
    answer: NewPairingCode,
  },
  listPairingCodes: {
    method: 'get',
    path: '/api/agents/pairing-codes',
    access: 'admin',
    summary: 'Codes of the last hour, newest first, and what became of them',
    answer: z.object({ items: z.array(PairingCodeView) }),
  },
  deletePairingCode: {
    method: 'delete',
    path: '/api/agents/pairing-codes/:id',
    access: 'admin',
    summary: 'Make a code worthless',
    params: idParams,
    answer: Nothing,
  },
  listJoinRequests: {
    method: 'get',
    path: '/api/agents/join-requests',
    access: 'admin',
    summary: 'Agents that ask to be let in without a code',
    answer: z.object({ items: z.array(JoinRequestView) }),
  },
  approveJoinRequest: {
    method: 'post',
    path: '/api/agents/join-requests/:id/approve',
    access: 'admin',
    summary: 'Let an agent in that has asked, after comparing its fingerprint',
    params: idParams,
    answer: AgentView,
  },
  refuseJoinRequest: {
    method: 'post',
    path: '/api/agents/join-requests/:id/refuse',
    access: 'admin',
    summary: 'Refuse an agent that has asked; it may not ask again for a day',
    params: idParams,
    answer: Nothing,
  },
  getAgentPower: {
    method: 'get',
    path: '/api/agents/:id/power',
    access: 'admin',
    summary: 'How an agent is woken, what came of it so far, and what helps when it does not wake',
    params: idParams,
    answer: PowerDetail,
  },
  wakeAgent: {
    method: 'post',
    path: '/api/agents/:id/wake',
    access: 'admin',
    summary:
      'Call a machine that is not connected, whatever its policy says; `test` only names it in the history',
    params: idParams,
    body: z.object({ test: z.boolean().default(false) }),
    answer: AgentView,
  },
  sleepAgent: {
    method: 'post',
    path: '/api/agents/:id/sleep',
    access: 'admin',
    summary:
      'Let a machine go to sleep when its running jobs are done, by the command of its own configuration',
    params: idParams,
    answer: AgentView,
  },

  findMissingDerived: {
    method: 'post',
    path: '/api/derived/missing',
    access: 'agent',
    summary: 'Which of these derived files the store does not have yet',
    body: z.object({ hashes: z.array(ContentHash).max(100) }),
    answer: z.object({ missing: z.array(ContentHash) }),
  },
  putDerived: {
    method: 'put',
    path: '/api/derived/:hash',
    access: 'agent',
    summary: 'Store one derived file under the SHA-256 of its bytes',
    params: z.object({ hash: ContentHash }),
    answer: Nothing,
  },
  getJobOriginal: {
    method: 'get',
    path: '/api/jobs/:id/files/:fileId/original',
    access: 'agent',
    summary: 'The bytes of a file that a job of this agent is about; ranges supported',
    params: z.object({ id: numberParam, fileId: numberParam }),
    query: z.object({ token: numberParam }),
    answer: 'bytes',
  },
  getJobPreview: {
    method: 'get',
    path: '/api/jobs/:id/files/:fileId/preview',
    access: 'agent',
    summary: 'The preview of a file that a job of this agent is about',
    params: z.object({ id: numberParam, fileId: numberParam }),
    query: z.object({ token: numberParam }),
    answer: 'bytes',
  },
  getSample: {
    method: 'get',
    path: '/api/sources/samples/:libraryId',
    access: 'agent',
    summary: 'The file on which agents prove how they read a library',
    params: z.object({ libraryId: numberParam }),
    answer: 'bytes',
  },
  putTransfer: {
    method: 'put',
    path: '/api/transfers/:id',
    access: 'agent',
    summary: 'Bytes of a file that a browser waits for, asked for by `bytes.send`',
    params: z.object({ id: z.string().min(22).max(64) }),
    answer: Nothing,
  },
} as const satisfies Record<string, RouteContract>

export type RouteName = keyof typeof routes
type Route<N extends RouteName> = (typeof routes)[N]
type PartOf<N extends RouteName, P extends string, F> =
  Route<N> extends Record<P, infer S> ? (S extends z.ZodType ? S : F) : F

/** What a caller sends and what a handler gets (after defaults and coercion), and the JSON that comes back. */
export type RouteInput<N extends RouteName> = {
  params: PartOf<N, 'params', never> extends infer S
    ? S extends z.ZodType
      ? z.output<S>
      : Record<never, never>
    : never
  query: PartOf<N, 'query', never> extends infer S
    ? S extends z.ZodType
      ? z.output<S>
      : Record<never, never>
    : never
  body: PartOf<N, 'body', never> extends infer S ? (S extends z.ZodType ? z.output<S> : undefined) : never
}
export type RouteAnswer<N extends RouteName> = Route<N>['answer'] extends infer S
  ? S extends z.ZodType
    ? z.output<S>
    : never
  : never

/** Largest derived file that an agent may send, in bytes. */
export const MAX_DERIVED_BYTES = 16 * 1024 * 1024
/** Cookie of a browser's session. */
export const SESSION_COOKIE = 'hearth_session'
