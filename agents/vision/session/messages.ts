import type { ExecutionProvider } from '../../../config/agent-config.ts'
import type { ErrorCode } from '../../../protocol/errors.ts'
import type { Mask } from '../../../protocol/mask.ts'
import type { ModelKey, ProviderReport, StageTimes } from '../../../protocol/models.ts'
import type { FoundFace, FoundObject, Prompt } from '../../../protocol/vision.ts'
import type { KeptCounts } from '../counts/kept-counts.ts'
import type { LookerFile } from '../counts/measure-counts.ts'
import type { DraftManifest } from '../models/model-manifest.ts'
import type { Size } from '../picture/picture.ts'

/** Where a model lies and what it is. */
export type ModelPlace = {
  key: ModelKey
  folder: string
  manifest: Pick<DraftManifest, 'name' | 'looksAt' | 'parts' | 'files'>
}

/** A preview, a smaller picture instead, or an original: its bytes and their SHA-256, by which it is known. */
export type PreviewBytes = {
  hash: string
  bytes: Uint8Array
  /** It may be turned, of any size, and in any format that is read here. */
  isOriginal: boolean
  /** Its size where it is a smaller one; null: there is nothing larger. */
  shrunkTo: Size | null
}

export type BoxToOutline = { detectionId: number; box: FoundObject['box'] }

/** What a model is asked. */
export type VisionWork =
  | { type: 'detect'; preview: PreviewBytes }
  | { type: 'segment'; preview: PreviewBytes; boxes: readonly BoxToOutline[] }
  | { type: 'prompt'; preview: PreviewBytes; prompt: Prompt }
  | { type: 'embed'; preview: PreviewBytes }
  | { type: 'faces'; preview: PreviewBytes }
  | { type: 'query'; text: string }

/** What it found, by the type of the work. `problem`: the picture cannot be looked at. */
export type Findings = {
  detect: { objects: FoundObject[] }
  segment: { masks: { detectionId: number; mask: Mask | null; score: number }[] }
  prompt: { mask: Mask | null; box: FoundObject['box'] | null; score: number }
  embed: { embedding: string | null }
  faces: { faces: FoundFace[] }
  query: { embedding: string | null; suggestions: string[] }
}

export type VisionAnswer<T extends VisionWork['type'] = VisionWork['type']> = {
  findings: Findings[T]
  problem: string | null
  provider: string
  batch: number
  stagesMs: Omit<StageTimes, 'fetch'>
  /** Side of what the model sees of a picture; Infinity: all of it. */
  inputSidePx: number
  /** The picture was too small for it: nothing was looked at. */
  needsLarger: boolean
}

/** What the process that runs models is started with. */
export type VisionSetup = {
  providers: readonly ExecutionProvider[]
  /** Those whose self-test has ended the process. */
  crashed: readonly ExecutionProvider[]
  /** Threads with sessions, and threads of each session on the processor, as a person says; null: what is best here. */
  sessions: number | null
  threads: number | null
  /** What was found to be best before, if that still holds. */
  kept: KeptCounts | null
  /** With which it is found out again where it does not; none: nothing is measured. */
  lookers: readonly LookerFile[]
  maxBatch: number
  timeoutMs: number
  /** Above which the process is ended. */
  memoryLimitBytes: number
  /** What memory has allowed before, by the path of the file. */
  batchLimits: ReadonlyMap<string, number>
}

/** To the process that runs models. */
export type ToVision =
  | { type: 'setup'; setup: VisionSetup }
  | {
      type: 'do'
      id: number
      model: ModelPlace
      work: VisionWork
      isUrgent: boolean
      /** Nothing else is sent before its answer, and nothing is run together with it. */
      isAlone: boolean
    }
  /** Nobody waits for it any more. */
  | { type: 'forget'; id: number }
  /** Other models are not needed any more. */
  | { type: 'keepOnly'; keys: ModelKey[] }

/** From the process that runs models. */
export type FromVision =
  /** A self-test begins: if the process ends now, it was that. */
  | { type: 'trying'; provider: ExecutionProvider }
  /** Measuring begins, and runs models: if the process ends now, it was that. */
  | { type: 'measuring' }
  /** `measured`: what was found to be best just now. */
  | {
      type: 'ready'
      provider: ExecutionProvider | null
      providers: ProviderReport[]
      measured: KeptCounts | null
    }
  | { type: 'done'; id: number; answer: VisionAnswer }
  | { type: 'failed'; id: number; code: ErrorCode; message: string }
  /** A run of these does not end: this process is of no use any more. */
  | { type: 'stuck'; ids: number[] }
  | { type: 'batchLimit'; path: string; limit: number }
  /** Once a second: the thread that talks is not stuck itself. */
  | { type: 'alive' }
