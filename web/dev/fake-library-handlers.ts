import type { WriteBackPolicy } from '../../protocol/edits.ts'
import { AppError } from '../../protocol/errors.ts'
import type { LibraryView } from '../../protocol/fleet.ts'
import { type FakeWorld, newLibraryPolicy } from './fake-world.ts'

type TellLibraries = (event: 'libraries', message: { libraries: LibraryView[] }) => void

/** The routes of libraries, their scans and their pictures. */
export function libraryHandlers(world: FakeWorld, emit: TellLibraries) {
  const library = (id: unknown) => {
    const found = world.libraries.find((known) => known.id === id)
    if (!found) throw new AppError('not_found', `There is no library ${id}`)
    return found
  }
  return {
    listLibraries: () => ({ items: world.libraries }),
    createLibrary: ({ body }: { body: { name: string; root: string; agentId: number } }) => {
      const added = {
        ...body,
        id: world.libraries.length + 1,
        state: 'new' as const,
        stateReason: null,
        ignoreGlobs: [],
        paused: false,
        writeBack: newLibraryPolicy(),
      }
      const view = { ...added, assets: 0, files: 0, missing: 0, scanning: true, lastScanAt: null }
      world.libraries.push(view)
      emit('libraries', { libraries: world.libraries })
      return view
    },
    scanLibrary: ({ params, body }: { params: { id: number }; body: { acceptMissing: boolean } }) => {
      const found = library(params.id)
      found.scanning = true
      if (body.acceptMissing) Object.assign(found, { state: 'online', stateReason: null })
      emit('libraries', { libraries: world.libraries })
      return { jobId: 77 }
    },
    listScans: () => ({ items: world.scans, nextCursor: null }),
    listSkipped: () => ({ items: world.skipped, nextCursor: null }),
    getAsset: ({ params }: { params: { id: number } }) => {
      const detail = world.library.detail(params.id)
      if (!detail) throw new AppError('not_found', 'This picture is not in the library any more.')
      return detail
    },
    reingestAsset: () => ({ jobs: 1 }),
    listProblems: () => ({ items: world.problems.slice(0, 20), nextCursor: null }),
    getTimeline: () => ({ buckets: world.library.timeline(), revision: world.revision }),
    getTimelineBucket: ({
      params,
      query,
    }: {
      params: { bucket: string }
      query: { cursor?: string; limit: number }
    }) => {
      const from = Number(query.cursor ?? 0)
      const items = world.library.tiles(params.bucket, from, query.limit)
      if (!items) throw new AppError('not_found', `There is no month ${params.bucket}`)
      const next = from + items.length
      const isLast = (world.library.tiles(params.bucket, next, 1) ?? []).length === 0
      return { items, nextCursor: isLast ? null : String(next) }
    },
    updateLibrary: ({
      params,
      body: { writeBack, ...body },
    }: {
      params: { id: number }
      body: { paused?: boolean; writeBack?: Partial<WriteBackPolicy> }
    }) => {
      const found = Object.assign(library(params.id), body)
      Object.assign(found.writeBack, writeBack)
      emit('libraries', { libraries: world.libraries })
      return found
    },
  }
}
