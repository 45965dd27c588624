import type { ErrorCode } from '../../../protocol/errors.ts'
import type { PartRequest } from './open-part.ts'

/** To the process that serves a library's originals. Each part has an id; `more` asks for its next bytes. */
export type BytesRequest =
  | { type: 'open'; id: number; request: PartRequest }
  | { type: 'more'; id: number }
  | { type: 'close'; id: number }

/** From it: one message for each `open`, and one for each `more`. */
export type BytesMessage =
  | { type: 'opened'; id: number }
  | { type: 'bytes'; id: number; bytes: Uint8Array }
  | { type: 'end'; id: number }
  | {
      type: 'failed'
      id: number
      code: ErrorCode
      message: string
      /** The folder is shut to this process, perhaps not to one that starts now. */
      isShutOut: boolean
    }
