import { lstatSync, readdirSync, unlinkSync } from 'node:fs'
import { AppError } from '../../../../protocol/errors.ts'
import { decodePathName, displayPathName, type PathName } from '../../../../protocol/path-name.ts'
import { absolutePath, fsPath } from '../../absolute-path.ts'
import { readErrorOf } from '../../open-original.ts'
import { Exchanger } from './exchanger.ts'
import { FolderSync } from './folder-sync.ts'
import type {
  LeftDraft,
  NumberedAnswer,
  NumberedRequest,
  PlacerAnswer,
  PlacerRequest,
  PlacerTask,
} from './messages.ts'
import { type OpenFolder, openFolder } from './open-folder.ts'
import { type PlaceParts, placeFile } from './place-file.ts'
import { isCode, NoSidecarError, readFileNow } from './read-file.ts'
import { isDraft, isDraftOf, isSidecarName } from './sidecar-name.ts'

/**
 * The process that reads and writes the sidecars of one folder, and may write nowhere else. On its own, because a
 * write that hangs in a dead share can be ended only together with its process.
 */

/** Longer than any lease: whoever made an older draft is gone. */
const DRAFT_LIFE_MS = 10 * 60_000

const task = JSON.parse(process.argv[2] ?? '') as PlacerTask
let opening: Promise<PlaceParts> | undefined
/** Drafts that were there when this process came and nobody has asked about yet. */
let left: PathName[] | undefined

async function open(): Promise<PlaceParts> {
  const folder = await openFolder(task)
  const { fd } = folder
  return { folder, exchanger: new Exchanger(task.perlPath, fd), folderSync: new FolderSync(fd) }
}

async function answer(request: PlacerRequest): Promise<PlacerAnswer> {
  try {
    opening ??= open()
    const parts = await opening.catch((error: unknown) => {
      // The next may find it: a share that is there again.
      opening = undefined
      throw error
    })
    const { folder } = parts
    if (!folder.isCurrent()) return { type: 'stale' }
    if (request.type === 'remove') {
      for (const draft of request.drafts.filter(isDraft)) unlinkSync(folder.at(draft))
      return { type: 'removed' }
    }
    if (!isSidecarName(request.name)) {
      return refused('not_allowed', request.name, 'is no name of a sidecar: only .xmp files are written')
    }
    if (request.type === 'read') return read(folder, request)
    return await placeFile(parts, request, pictureAt(request.picture))
  } catch (error) {
    return await failure(error, request)
  }
}

function read(
  folder: OpenFolder,
  { name, pictures }: Extract<PlacerRequest, { type: 'read' }>,
): PlacerAnswer {
  const picture = pictures.find((path) =>
    lstatSync(fsPath(pictureAt(path)), { throwIfNoEntry: false })?.isFile(),
  )
  if (picture === undefined && readdirSync(fsPath(task.root)).length === 0) {
    const message = `${displayPathName(task.root)} is empty at the moment: is its disk or share mounted?`
    return { type: 'failed', code: 'library_offline', message }
  }
  const file = readFileNow(folder.at(name))
  return { type: 'read', file, picture: picture ?? null, left: findLeft(folder, name) }
}

/** Listing a large folder takes its time, so that it is done once for each process. */
function findLeft(folder: OpenFolder, name: PathName): LeftDraft[] {
  left ??= readdirSync(folder.at('.'), { encoding: 'buffer' }).map(decodePathName).filter(isDraft)
  const found = left.flatMap((draft) => {
    const stats = lstatSync(folder.at(draft), { throwIfNoEntry: false })
    const isOld = stats !== undefined && Date.now() - stats.mtimeMs > DRAFT_LIFE_MS
    if (stats === undefined || !(isOld || isDraftOf(draft, name))) return []
    const file = stats.isFile() ? readFileNow(folder.at(draft)) : null
    return file === null ? [] : [{ draft, bytes: file.bytes }]
  })
  left = left.filter((draft) => !found.some((one) => one.draft === draft))
  return found
}

function pictureAt(path: PathName): PathName {
  return absolutePath(task.root, path)
}

async function failure(error: unknown, request: PlacerRequest): Promise<PlacerAnswer> {
  const name = 'name' in request ? request.name : task.folder
  if (error instanceof NoSidecarError) return refused('malformed', name, error.message)
  if (error instanceof AppError && error.code === 'refused_by_agent') {
    return { type: 'refused', reason: 'not_allowed', message: error.message }
  }
  if (isCode(error, 'EROFS', 'EACCES', 'EPERM')) {
    return refused('read_only', name, 'cannot be written: its folder or share does not allow it')
  }
  if (isCode(error, 'ENOSPC', 'EDQUOT')) {
    const message = `${displayPathName(name)} cannot be written: its disk is full; it is tried again`
    return { type: 'failed', code: 'disk_full', message }
  }
  const { code, message } = await readErrorOf(
    error,
    task.mirrorRoot ?? task.root,
    absolutePath(task.folder, name),
  )
  return { type: 'failed', code, message }
}

function refused(
  reason: Extract<PlacerAnswer, { type: 'refused' }>['reason'],
  name: PathName,
  why: string,
): PlacerAnswer {
  return { type: 'refused', reason, message: `${displayPathName(name)} ${why}` }
}

// So that files get exactly the mode that they are made with.
process.umask(0)
process.on('message', ({ id, request }: NumberedRequest) => {
  void answer(request).then((message) => process.send?.({ id, answer: message } satisfies NumberedAnswer))
})
// Not an ordinary exit, which would wait for a thread that hangs in a dead disk.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
// Ctrl-C reaches the whole process group; the parent ends this process when it is done with it.
process.on('SIGINT', () => undefined)
