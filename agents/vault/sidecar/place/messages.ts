import type { z } from 'zod'
import type { ErrorCode } from '../../../../protocol/errors.ts'
import type { ContentHash } from '../../../../protocol/ids.ts'
import type { PathName } from '../../../../protocol/path-name.ts'

type Hash = z.infer<typeof ContentHash>

/** The one folder that a placer serves; from its parent, as its only argument. */
export type PlacerTask = {
  /** Of the library, absolute. */
  root: PathName
  /** Where sidecars go instead; its folders are made as they are needed. */
  mirrorRoot: PathName | null
  /** Relative to the root. */
  folder: PathName
  /** Folders in which this agent may write sidecars. */
  allowedRoots: readonly string[]
  perlPath: string
}

/** A sidecar as it lies there. */
export type SidecarFile = { bytes: Uint8Array; contentHash: Hash; mtimeUs: number }

/** To the process that writes sidecars in one folder, several at once; each is answered once, in any order. */
export type NumberedRequest = { id: number; request: PlacerRequest }
export type NumberedAnswer = { id: number; answer: PlacerAnswer }

export type PlacerRequest =
  /** What lies there, and whether one of its pictures does. */
  | { type: 'read'; name: PathName; pictures: readonly PathName[] }
  /** Puts bytes there if what lies there still has the expected hash; null: if nothing does. */
  | {
      type: 'place'
      name: PathName
      bytes: Uint8Array
      contentHash: Hash
      expected: Hash | null
      picture: PathName
    }
  /** Drafts that were kept elsewhere. */
  | { type: 'remove'; drafts: readonly string[] }

/** A draft that a killed writer has left; it may hold what another program had written. */
export type LeftDraft = { draft: string; bytes: Uint8Array }

export type PlacerAnswer =
  | {
      type: 'read'
      file: SidecarFile | null
      /** The first picture that is there; null: none is. */
      picture: PathName | null
      /** Other names in the folder that a sidecar could be about. */
      left: LeftDraft[]
    }
  | { type: 'placed'; mtimeUs: number }
  /** Somebody else has written in between: what lies there now, and bytes of theirs that have no name any more. */
  | { type: 'conflict'; file: SidecarFile | null; displaced: Uint8Array[] }
  | { type: 'removed' }
  | { type: 'refused'; reason: 'read_only' | 'not_allowed' | 'malformed'; message: string }
  | { type: 'failed'; code: ErrorCode; message: string }
  /** The folder is no longer the one that this process serves: the next process can. */
  | { type: 'stale' }
