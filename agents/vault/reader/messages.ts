import type { ErrorCode } from '../../../protocol/errors.ts'
import type { DerivedFile, Problem } from '../../../protocol/media.ts'
import type { PathName } from '../../../protocol/path-name.ts'

/** One derived picture with its bytes, on its way from the reader process. */
export type DerivedPicture = DerivedFile & { bytes: Uint8Array }

/** All that is made from one picture. */
export type RenderedPicture = {
  /** Size of the whole picture, upright. */
  widthPx: number
  heightPx: number
  derived: DerivedPicture[]
  /** ThumbHash in base64. */
  thumbhash: string
}

/** What became of an attempt to render: a picture, a reason, or both when it is damaged. */
export type RenderOutcome = {
  picture: RenderedPicture | null
  problem: Problem | null
  /** Upright size from the header, when there was one, even if nothing was decoded. */
  headerSizePx: { widthPx: number; heightPx: number } | null
  codec: string | null
  /** A known format that this process has no decoder for; another program may have one. */
  foreignFormat: ForeignFormat | null
}

export type ForeignFormat = 'psd' | 'jxl' | 'bmp'

/** To a reader process. One request at a time; `go` answers its `big`. */
export type ReaderRequest =
  | {
      type: 'read'
      /** Absolute; looked up by the reader, because the disk below it may be dead. */
      root: PathName
      /** Folders this agent may read. */
      allowedRoots: readonly string[]
      path: PathName
      /** Whether the bytes are a picture to render; otherwise they are only hashed. */
      render: boolean
    }
  | {
      type: 'render'
      source: { file: string } | { bytes: Uint8Array }
      /** EXIF orientation to apply when the picture itself has none. */
      orientation: number | null
    }
  | { type: 'go' }

/** From a reader process. Each request ends with `done` or `failed`. */
export type ReaderMessage =
  | { type: 'ready'; sharpVersion: string }
  | { type: 'opened'; sizeBytes: number; mtimeUs: number; absolutePath: PathName }
  | { type: 'reading' }
  | { type: 'hashed'; contentHash: string }
  /** A large picture comes next: wait for `go`, so that only one is decoded at a time. */
  | { type: 'big' }
  | { type: 'done'; outcome: RenderOutcome }
  | {
      type: 'failed'
      code: ErrorCode
      message: string
      /** The folder of the file is shut to this process, perhaps not to one that starts now. */
      isShutOut?: boolean
    }
