import { type RawBuilder, sql } from 'kysely'
import type { Capability } from '../../protocol/capability.ts'
import type { LibraryState } from '../../protocol/fleet.ts'
import { type JobContract, JobKind, jobContracts } from '../../protocol/jobs.ts'
import type { Queryable } from '../db/database.ts'
import type { LaneFacts } from './waits-for.ts'

export type LaneRow = {
  id: number
  kind: string
  capability: Capability
  model: string | null
  kindPaused: boolean
  libraryId: number | null
  libraryName: string | null
  libraryState: LibraryState | null
  libraryPaused: boolean | null
  vaultId: number | null
}

/** All lanes with what decides whether their jobs can start. @param more further columns, after a comma */
export function selectLanes(db: Queryable, more: RawBuilder<unknown> = sql``) {
  return sql<LaneRow>`
    select lane.id, lane.kind, lane.capability, lane.model, coalesce(job_kind.paused, false) as "kindPaused",
      library.id as "libraryId", library.name as "libraryName", library.state as "libraryState",
      library.paused as "libraryPaused", library.agent_id as "vaultId"${more}
    from lane
    left join library on library.id = lane.library_id
    left join job_kind on job_kind.kind = lane.kind
    order by lane.id`.execute(db)
}

export function laneFacts(lane: LaneRow): LaneFacts {
  const kind = JobKind.safeParse(lane.kind)
  const contract: JobContract | undefined = kind.success ? jobContracts[kind.data] : undefined
  return {
    capability: lane.capability,
    model: lane.model,
    kindPaused: lane.kindPaused,
    // Previews can be had also while the originals cannot.
    runsOffline: lane.kind === 'library.scan' || contract?.needs === 'preview',
    library:
      lane.libraryName === null
        ? null
        : {
            name: lane.libraryName,
            state: lane.libraryState ?? 'new',
            paused: lane.libraryPaused ?? false,
            vaultId: contract?.runsOn === 'vault' ? lane.vaultId : null,
            originals:
              contract?.needs === 'original' && lane.libraryId !== null
                ? { libraryId: lane.libraryId, ownerId: lane.vaultId }
                : null,
          },
  }
}
