import { AppError } from '../../../protocol/errors.ts'
import type { SessionFault } from './thread-messages.ts'

/** What the providers say when there is no room: they have no code for it. */
const outOfMemory =
  /out of memory|failed to allocate|bad_alloc|cudaErrorMemoryAllocation|E_OUTOFMEMORY|not enough memory|Available memory of .* is smaller/i

/** @param message of an error of the runtime */
export function faultOf(error: unknown, isLoading: boolean): SessionFault {
  if (error instanceof AppError) return error.code === 'model_broken' ? 'broken' : 'failed'
  if (outOfMemory.test(String(error))) return 'memory'
  return isLoading ? 'broken' : 'failed'
}
