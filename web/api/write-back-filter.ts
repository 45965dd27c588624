import { WriteBackState } from '../../protocol/edits.ts'
import { LibraryId } from '../../protocol/ids.ts'

/** Which write-backs a list shows, as it stands in the address of the page. */
export type WriteBackFilter = { state?: WriteBackState | undefined; libraryId?: number | undefined }

/** What of an address is a filter; anything else in it is dropped without a word. */
export function parseWriteBackFilter(search: Record<string, unknown>): WriteBackFilter {
  const state = WriteBackState.safeParse(search.state)
  const libraryId = LibraryId.safeParse(search.libraryId)
  return {
    ...(state.success ? { state: state.data } : {}),
    ...(libraryId.success ? { libraryId: libraryId.data } : {}),
  }
}
