import { sql } from 'kysely'
import type { WriteBackPolicy } from '../../protocol/edits.ts'
import { AppError } from '../../protocol/errors.ts'
import type { LibraryView } from '../../protocol/fleet.ts'
import { decodePathName, displayPathName } from '../../protocol/path-name.ts'
import type { Queryable } from '../db/database.ts'

/** All libraries by name, with numbers from counters. */
export async function listLibraries(db: Queryable): Promise<LibraryView[]> {
  const { rows } = await sql<LibraryRow>`
    select library.id, library.name, library.root, library.agent_id as "agentId", library.state,
      library.state_reason as "stateReason", library.ignore_globs as "ignoreGlobs", library.paused,
      library.last_scan_at as "lastScanAt", write_back as mode, write_back_approval as approval,
      write_back_quiet_ms as "quietMs", sidecar_naming as naming, mirror_root as "mirrorRoot",
      coalesce((select sum(count) from timeline_bucket where library_id = library.id), 0)::bigint as assets,
      coalesce((select sum(count) from file_tally
        where library_id = library.id and state <> 'missing'), 0)::bigint as files,
      coalesce((select sum(count) from file_tally
        where library_id = library.id and state = 'missing'), 0)::bigint as missing,
      exists (select 1 from job
        where kind = 'library.scan' and subject_id = library.id and state = 'leased') as scanning
    from library order by lower(library.name), library.id`.execute(db)
  return rows.map(({ root, lastScanAt, mode, approval, quietMs, naming, mirrorRoot, ...library }) => ({
    ...library,
    root: displayPathName(decodePathName(root)),
    lastScanAt: lastScanAt?.toISOString() ?? null,
    writeBack: {
      mode,
      approval,
      quietMs,
      naming,
      mirrorRoot: mirrorRoot && displayPathName(decodePathName(mirrorRoot)),
    },
  }))
}

type LibraryRow = Omit<LibraryView, 'root' | 'lastScanAt' | 'writeBack'> &
  Omit<WriteBackPolicy, 'mirrorRoot'> & { root: Buffer; lastScanAt: Date | null; mirrorRoot: Buffer | null }

/** @throws AppError `not_found` */
export async function requireLibrary(db: Queryable, libraryId: number): Promise<LibraryView> {
  const library = (await listLibraries(db)).find(({ id }) => id === libraryId)
  if (!library) throw new AppError('not_found', `There is no library ${libraryId}`)
  return library
}
