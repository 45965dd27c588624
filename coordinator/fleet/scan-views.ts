import { AppError } from '../../protocol/errors.ts'
import type { ProblemView, ScanView } from '../../protocol/fleet.ts'
import { decodePathName, displayPathName, joinPathName } from '../../protocol/path-name.ts'
import type { SkippedPath } from '../../protocol/scan.ts'
import type { Queryable } from '../db/database.ts'
import { idBelow, type Page, pageById } from '../search/page.ts'

type PageRequest = { cursor?: string; limit: number }

/** Scans of a library, newest first. */
export async function listScans(
  db: Queryable,
  libraryId: number,
  request: PageRequest,
): Promise<Page<ScanView>> {
  await requireLibraryRow(db, libraryId)
  const scans = await db
    .selectFrom('scan')
    .selectAll()
    .where('library_id', '=', libraryId)
    .where('id', '<', idBelow(request.cursor))
    .orderBy('id', 'desc')
    .limit(request.limit + 1)
    .execute()
  return pageById(scans, request.limit, (scan) => ({
    id: scan.id,
    state: scan.state,
    startedAt: scan.started_at.toISOString(),
    finishedAt: scan.finished_at?.toISOString() ?? null,
    folders: scan.folders,
    files: scan.files,
    added: scan.added,
    changed: scan.changed,
    moved: scan.moved,
    missing: scan.missing,
    skipped: scan.skipped,
    reason: scan.reason,
  }))
}

/** What the newest scan of a library left out. */
export async function listSkipped(
  db: Queryable,
  libraryId: number,
  request: PageRequest,
): Promise<Page<SkippedPath>> {
  await requireLibraryRow(db, libraryId)
  const skipped = await db
    .selectFrom('scan_skipped')
    .select(['id', 'path', 'reason'])
    .where('scan_id', '=', (query) =>
      query
        .selectFrom('scan')
        .select((column) => column.fn.max('scan.id').as('id'))
        .where('library_id', '=', libraryId),
    )
    .where('id', '<', idBelow(request.cursor))
    .orderBy('id', 'desc')
    .limit(request.limit + 1)
    .execute()
  return pageById(skipped, request.limit, ({ path, reason }) => ({
    path: displayPathName(decodePathName(path)),
    reason,
  }))
}

/** Files that were read and have no whole picture, the newest known first. */
export async function listProblems(
  db: Queryable,
  request: PageRequest & { libraryId?: number },
): Promise<Page<ProblemView>> {
  const files = await db
    .selectFrom('asset_file as file')
    .innerJoin('folder', 'folder.id', 'file.folder_id')
    .select(['file.id', 'file.asset_id', 'file.library_id', 'file.name', 'folder.path', 'file.problem'])
    .where('file.problem', 'is not', null)
    .where('file.asset_id', 'is not', null)
    .where('file.state', '<>', 'missing')
    .where('file.id', '<', idBelow(request.cursor))
    .$if(request.libraryId !== undefined, (query) => query.where('file.library_id', '=', request.libraryId!))
    .orderBy('file.id', 'desc')
    .limit(request.limit + 1)
    .execute()
  return pageById(files, request.limit, (file) => ({
    assetId: file.asset_id!,
    fileId: file.id,
    libraryId: file.library_id,
    path: displayPathName(joinPathName(decodePathName(file.path), decodePathName(file.name))),
    problem: file.problem!,
  }))
}

async function requireLibraryRow(db: Queryable, libraryId: number): Promise<void> {
  const library = await db.selectFrom('library').select('id').where('id', '=', libraryId).executeTakeFirst()
  if (!library) throw new AppError('not_found', `There is no library ${libraryId}`)
}
