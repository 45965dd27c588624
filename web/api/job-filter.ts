import type { z } from 'zod'
import { ErrorCode } from '../../protocol/errors.ts'
import { LibraryId } from '../../protocol/ids.ts'
import { JobKind, JobState } from '../../protocol/jobs.ts'

const fields = { kind: JobKind, state: JobState, code: ErrorCode, libraryId: LibraryId }

/** Which jobs a list shows, as it stands in the address of the page. */
export type JobFilter = { [K in keyof typeof fields]?: z.infer<(typeof fields)[K]> }

/** What of an address is a filter; anything else in it is dropped without a word. */
export function parseJobFilter(search: Record<string, unknown>): JobFilter {
  const known = Object.entries(fields).flatMap(([name, schema]) => {
    const parsed = (schema as z.ZodType).safeParse(search[name])
    return parsed.success ? [[name, parsed.data]] : []
  })
  return Object.fromEntries(known)
}
