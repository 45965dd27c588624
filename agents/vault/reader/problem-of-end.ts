import type { Problem } from '../../../protocol/media.ts'
import type { ReaderEnd } from './reader-process.ts'

/**
 * What the end of a reader says about the file it was rendering.
 *
 * @param lastAttempt whether the file was tried again already
 * @returns undefined when it says nothing about the file
 */
export function problemOfEnd(end: ReaderEnd, lastAttempt: boolean): Problem | undefined {
  switch (end) {
    case 'too_slow':
      return { code: 'too_slow', message: 'Making a picture of this file took too long and was given up' }
    case 'too_much_memory':
      return {
        code: 'too_much_memory',
        message: 'Making a picture of this file needs more memory than it may use',
      }
    case 'crashed':
      return {
        code: 'damaged',
        message: 'The file makes its decoder crash: it is damaged, or made to do harm',
      }
    case 'killed':
      return lastAttempt
        ? {
            code: 'too_much_memory',
            message: 'The system ended the decoder of this file twice, most likely because memory ran out',
          }
        : undefined
    case 'shut_out':
    case 'stalled':
    case 'aborted':
      return undefined
  }
}
