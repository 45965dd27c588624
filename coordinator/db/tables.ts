import type { ColumnType, Generated, GeneratedAlways, JSONColumnType } from 'kysely'
import type { AgentSettings, HostFacts } from '../../protocol/agents.ts'
import type { AssetState, DateSource, FileState } from '../../protocol/assets.ts'
import type { Capability, OfferedCapability } from '../../protocol/capability.ts'
import type { CurationField } from '../../protocol/curation.ts'
import type { DetectionReview, SegmentAnswer } from '../../protocol/detections.ts'
import type { CuratedValues, EditKind, SidecarNaming, WriteBackState } from '../../protocol/edits.ts'
import type { ErrorCode } from '../../protocol/errors.ts'
import type { JobEvent, LibraryState, ScanView } from '../../protocol/fleet.ts'
import type { Tags } from '../../protocol/ingest.ts'
import type { JobKind, JobState } from '../../protocol/jobs.ts'
import type { LogLine, Progress } from '../../protocol/leases.ts'
import type { AssetKind, DerivedFile, FileRole, Problem } from '../../protocol/media.ts'
import type { ModelCard, VisionReport, VisionTask } from '../../protocol/models.ts'
import type { PowerReport, WakeEvent, WakePolicyChange } from '../../protocol/power.ts'
import type { SkipReason } from '../../protocol/scan.ts'
import type { SourceKind, SourceState } from '../../protocol/sources.ts'
import type { Prompt } from '../../protocol/vision.ts'

type Id = GeneratedAlways<number>
type CreatedAt = Generated<Date>
/** `timestamp` without a zone: travels as text, because a `Date` would give it this machine's zone. */
type LocalTime = string
/** jsonb that may be null: written as JSON text, read as a value. */
type Json<T> = ColumnType<T | null, string | null | undefined, string | null>

/** The tables of `migrations/`, as Kysely sees them. Times come as `Date`, bytea as `Buffer`, bigint as number. */
export type Tables = {
  account: { id: Id; name: string; password_hash: string; role: 'admin' | 'user'; created_at: CreatedAt }
  api_token: {
    id: Id
    account_id: number
    name: string
    scope: 'admin' | 'user'
    token_hash: Buffer
    created_at: CreatedAt
    last_used_at: Date | null
  }
  session: { token_hash: Buffer; account_id: number; created_at: CreatedAt; expires_at: Date }
  agent: {
    id: Id
    name: string
    public_key: Buffer
    session_hash: Buffer | null
    draining: Generated<boolean>
    revoked_at: Date | null
    enrolled_at: CreatedAt
    last_seen_at: Date | null
    version: string | null
    facts: Json<HostFacts>
    capabilities: JSONColumnType<OfferedCapability[], string | undefined>
    roots: JSONColumnType<string[], string | undefined>
    settings: JSONColumnType<AgentSettings, string | undefined>
    models: JSONColumnType<string[], string | undefined>
    instance: string | null
    coordinator_id: string | null
  }
  house: { is_only: Generated<boolean>; private_key: Buffer; made_at: CreatedAt }
  pairing_code: {
    id: Id
    selector: string
    key: Buffer
    agent_id: number | null
    created_by: number | null
    created_at: CreatedAt
    expires_at: Date
    tries_left: number
    used_at: Date | null
    used_by: Buffer | null
  }
  join_request: {
    id: Id
    public_key: Buffer
    name: string
    facts: JSONColumnType<HostFacts>
    address: string
    asked_at: CreatedAt
    seen_at: CreatedAt
    refused_at: Date | null
  }
  agent_source: {
    agent_id: number
    library_id: number
    place: number
    instance: string
    kind: SourceKind
    label: string
    state: SourceState
    reason: string | null
    megabytes_per_second: number | null
    first_byte_ms: number | null
    checked_at: CreatedAt
  }
  source_sample: { library_id: number; file_id: number }
  coordinator: {
    id: string
    url: string
    host: string
    version: string
    started_at: CreatedAt
    seen_at: CreatedAt
  }
  agent_power: {
    agent_id: number
    policy: JSONColumnType<WakePolicyChange, string | undefined>
    report: Json<PowerReport>
    asleep_since: Date | null
    not_before: Date | null
    failed_wakes: Generated<number>
    problem: string | null
  }
  wake_event: {
    id: Id
    agent_id: number
    cause: WakeEvent['cause']
    account_id: number | null
    waiting: Generated<number>
    asleep_since: Date | null
    started_at: CreatedAt
    packets: Generated<number>
    last_packet_at: Date | null
    answered_at: Date | null
    ended_at: Date | null
    outcome: WakeEvent['outcome']
    route: string | null
    message: string | null
  }
  library: {
    id: Id
    name: string
    root: Buffer
    agent_id: number
    state: Generated<LibraryState>
    state_reason: string | null
    ignore_globs: Generated<string[]>
    paused: Generated<boolean>
    created_at: CreatedAt
    last_scan_at: Date | null
    write_back: Generated<'off' | 'sidecar'>
    write_back_approval: Generated<boolean>
    write_back_quiet_ms: Generated<number>
    sidecar_naming: Generated<SidecarNaming>
    mirror_root: Buffer | null
  }
  folder: { id: Id; library_id: number; path: Buffer; digest: Buffer | null }
  asset: {
    id: Id
    library_id: number
    folder_id: number
    key: Buffer
    name: string
    kind: AssetKind
    state: Generated<AssetState>
    listed: GeneratedAlways<boolean>
    captured_at: Date | null
    captured_local: LocalTime | null
    captured_offset_minutes: number | null
    captured_source: DateSource | null
    sort_at: GeneratedAlways<LocalTime>
    bucket: Generated<string>
    width_px: Generated<number>
    height_px: Generated<number>
    duration_ms: number | null
    thumbhash: string | null
    version: Generated<string>
    has_raw: Generated<boolean>
    camera: string | null
    lens: string | null
    rating: number | null
    latitude: number | null
    longitude: number | null
    altitude_m: number | null
    problem: Json<Problem>
    cover_file_id: number | null
    created_at: CreatedAt
    revision: Generated<number>
    said: Json<Record<string, unknown>>
    label: string | null
    title: string | null
    description: string | null
    creator: Json<string[]>
    copyright: string | null
    keywords: Json<string[][]>
    place: Json<NonNullable<CuratedValues['place']>>
    regions: Json<NonNullable<CuratedValues['regions']>>
    favourite: Generated<boolean>
    chosen_cover_file_id: number | null
  }
  asset_file: {
    id: Id
    library_id: number
    folder_id: number
    asset_id: number | null
    name: Buffer
    role: FileRole | null
    state: Generated<FileState>
    size_bytes: number
    mtime_us: number
    content_hash: Buffer | null
    kind: AssetKind | null
    width_px: number | null
    height_px: number | null
    duration_ms: number | null
    codec: string | null
    thumbhash: string | null
    problem: Json<Problem>
    created_at: CreatedAt
  }
  file_tags: { file_id: number; pass: 'fast' | 'full'; tags: JSONColumnType<Tags> }
  derived_file: {
    file_id: number
    kind: DerivedFile['kind']
    hash: Buffer
    size_bytes: number
    width_px: number
    height_px: number
    mime_type: DerivedFile['mimeType']
  }
  scan: {
    id: Id
    library_id: number
    job_id: number
    fencing_token: number
    state: Generated<ScanView['state']>
    started_at: CreatedAt
    finished_at: Date | null
    folders: Generated<number>
    files: Generated<number>
    added: Generated<number>
    changed: Generated<number>
    moved: Generated<number>
    missing: Generated<number>
    skipped: JSONColumnType<Partial<Record<SkipReason, number>>, string | undefined>
    reason: string | null
  }
  scan_skipped: { id: Id; scan_id: number; path: Buffer; reason: SkipReason }
  job_kind: { kind: JobKind; paused: Generated<boolean>; max_running: number | null }
  lane: { id: Id; library_id: number | null; kind: JobKind; capability: Capability; model: string | null }
  job: {
    id: Id
    lane_id: number
    kind: JobKind
    state: Generated<JobState>
    waiting: Generated<boolean>
    priority: number
    order_key: Generated<number>
    library_id: number | null
    subject_id: number
    payload: JSONColumnType<Record<string, unknown>, string | undefined>
    run_after: Generated<Date>
    after_job_id: number | null
    followed: Generated<boolean>
    fencing_token: Generated<number>
    agent_id: number | null
    instance: string | null
    leased_at: Date | null
    lease_expires_at: Date | null
    attempt: Generated<number>
    failures: Generated<number>
    deaths: Generated<number>
    progress: Json<Progress>
    error_code: ErrorCode | null
    error_message: string | null
    created_at: CreatedAt
    started_at: Date | null
    finished_at: Date | null
  }
  job_event: {
    id: Id
    job_id: number
    at: CreatedAt
    event: Exclude<JobEvent['event'], 'done'>
    fencing_token: number | null
    agent_id: number | null
    account_id: number | null
    leased_at: Date | null
    error_code: ErrorCode | null
    message: string | null
  }
  job_log: {
    job_id: number
    fencing_token: number
    seq: number
    at: Date
    level: LogLine['level']
    message: string
  }
  job_tally: { lane_id: number; state: JobState; amount: number }
  timeline_bucket: {
    library_id: number
    kind: AssetKind
    bucket: string
    count: number
    aspect_milli: number
  }
  file_tally: { library_id: number; state: FileState; count: number }
  edit: {
    id: Id
    kind: EditKind
    account_id: number | null
    made_at: CreatedAt
    undoes: number | null
    assets: Generated<number>
    fields: Generated<CurationField[]>
  }
  edit_change: {
    id: Id
    edit_id: number
    asset_id: number
    field: CurationField
    word_before: Json<unknown>
    word_after: Json<unknown>
    shown_before: Json<unknown>
  }
  asset_edit: { asset_id: number; field: CurationField; value: Json<unknown>; edit_id: number }
  write_back: {
    asset_id: number
    library_id: number
    state: WriteBackState
    reason: string | null
    message: string | null
    wanted_revision: number
    written_revision: Generated<number>
    written_fields: Generated<CurationField[]>
    path: Buffer | null
    sidecar_hash: Buffer | null
    resolved_hash: Buffer | null
    theirs: Json<Record<string, unknown>>
    kept_before: string | null
    changed_at: CreatedAt
  }
  write_back_event: {
    id: Id
    asset_id: number
    at: CreatedAt
    event: string
    revision: number | null
    account_id: number | null
    message: string | null
  }
  model: { id: Id; key: string; task: VisionTask; card: JSONColumnType<ModelCard>; seen_at: CreatedAt }
  agent_vision: { agent_id: number; report: JSONColumnType<VisionReport>; reported_at: CreatedAt }
  task_model: {
    task: VisionTask
    model_id: number | null
    account_id: number | null
    chosen_at: CreatedAt
    searched_model_id: number | null
  }
  vision_sweep: {
    task: VisionTask
    which: 'all' | 'missing' | 'new'
    library_id: number | null
    at: Generated<LocalTime>
    asset_id: Generated<number>
    started_at: CreatedAt
  }
  asset_look: {
    asset_id: number
    task: VisionTask
    model_id: number
    preview: string
    counted: boolean
    at: CreatedAt
    provider: string
    batch: number
    stages_ms: number[]
    problem: string | null
  }
  look_tally: { model_id: number; is_problem: boolean; amount: number }
  detection: {
    id: Id
    asset_id: number
    kind: 'object' | 'face'
    class_name: string | null
    label: string
    box: number[]
    mask_size: number[] | null
    mask: string | null
    mask_model_id: number | null
    landmarks: number[] | null
    score: number | null
    model_id: number | null
    review: DetectionReview
    account_id: number | null
    found_at: CreatedAt
    reviewed_at: Date | null
  }
  face_embedding: { detection_id: number; model_id: number; vector: string }
  asset_embedding: { asset_id: number; model_id: number; vector: string }
  asset_signature: { asset_id: number; model_id: number; bits: string }
  query_vector: {
    id: Id
    model_id: number
    text: string
    vector: string | null
    suggestions: Generated<string[]>
    asked_at: CreatedAt
    answered_at: Date | null
  }
  prompt: {
    id: Id
    asset_id: number
    model_id: number
    account_id: number | null
    prompt: JSONColumnType<Prompt>
    asked_at: CreatedAt
    answer: Json<SegmentAnswer>
  }
  database_check: {
    id: Id
    cluster: string
    started_at: CreatedAt
    touched_at: CreatedAt
    finished_at: Date | null
    method: 'amcheck' | 'checksums' | 'none'
    objects: Generated<number>
  }
  database_damage: { cluster: string; object: string; message: string; seen_at: CreatedAt }
}
