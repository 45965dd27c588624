import {
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  fsync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { promisify } from 'node:util'
import type { PathName } from '../../../../protocol/path-name.ts'
import { fsPath } from '../../absolute-path.ts'
import { mtimeUs } from '../../mtime-us.ts'
import type { Exchanger } from './exchanger.ts'
import type { FolderSync } from './folder-sync.ts'
import type { PlacerAnswer, PlacerRequest } from './messages.ts'
import type { OpenFolder } from './open-folder.ts'
import { type HeldFile, hashOf, holdFile, isCode, readFileNow, readHeld } from './read-file.ts'
import { newDraftName } from './sidecar-name.ts'

type Place = Extract<PlacerRequest, { type: 'place' }>
type Answer = Extract<PlacerAnswer, { type: 'placed' | 'conflict' }>

const CREATE_NEW = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0)

/** A folder, what swaps names in it, and what syncs it. */
export type PlaceParts = { folder: OpenFolder; exchanger: Exchanger; folderSync: FolderSync }

const syncFile = promisify(fsync)

/**
 * Puts a sidecar into its place so that whoever looks, and whatever is killed, finds the old one whole or the new one
 * whole, and so that nothing which another program writes meanwhile is lost.
 *
 * A draft beside it is written, synced and read again; what lies there is read again, and must be what was expected;
 * then both swap their names in one step. What comes out of the swap is looked at too: if another program was quicker,
 * they are swapped back.
 *
 * Others go on in the same folder while this one waits for the disk; of the same sidecar there is one at a time.
 *
 * @throws errors of `node:fs`, after the draft was removed
 */
export async function placeFile(parts: PlaceParts, request: Place, picturePath: PathName): Promise<Answer> {
  const { folder } = parts
  const before = holdFile(folder.at(request.name))
  try {
    if ((before?.contentHash ?? null) !== request.expected) return conflict(parts, request.name)
    const draft = await writeDraft(folder, request, before, picturePath)
    try {
      return before === null
        ? await placeNew(parts, request, draft)
        : await placeOver(parts, request, draft, before)
    } catch (error) {
      removeDraft(parts, draft, request)
      throw error
    }
  } finally {
    if (before !== null) closeSync(before.fd)
  }
}

async function writeDraft(
  folder: OpenFolder,
  { name, bytes, contentHash }: Pick<Place, 'name' | 'bytes' | 'contentHash'>,
  before: HeldFile | null,
  picturePath: PathName,
): Promise<string> {
  const draft = newDraftName(name)
  const like = before ?? modelOf(folder, picturePath)
  const fd = openSync(folder.at(draft), CREATE_NEW, like.mode & 0o666)
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done)
    takeOwner(fd, like)
    await syncFile(fd)
    if (hashOf(readHeld(fd)) !== contentHash)
      throw new Error('The disk gave back other bytes than were written')
  } catch (error) {
    unlinkSync(folder.at(draft))
    throw error
  } finally {
    closeSync(fd)
  }
  return draft
}

/** A new sidecar may be read by whoever may read its picture, and belongs to the folder's group. */
function modelOf(folder: OpenFolder, picturePath: PathName): { mode: number; uid: number; gid: number } {
  const { mode } = lstatSync(fsPath(picturePath))
  const { uid, gid } = fstatSync(folder.fd)
  return { mode, uid, gid }
}

/** As far as the system lets us: a sidecar that belongs to us is better than none. */
function takeOwner(fd: number, { uid, gid }: { uid: number; gid: number }): void {
  const own = fstatSync(fd)
  if (own.uid === uid && own.gid === gid) return
  for (const owner of [uid, own.uid]) {
    try {
      fchownSync(fd, owner, gid)
      return
    } catch (error) {
      if (!isCode(error, 'EPERM', 'ENOSYS', 'EINVAL', 'EOPNOTSUPP')) throw error
    }
  }
}

/** A second name for the draft fails when somebody has made a sidecar meanwhile, in one step. */
async function placeNew(parts: PlaceParts, request: Place, draft: string): Promise<Answer> {
  const { folder } = parts
  const target = folder.at(request.name)
  try {
    linkSync(folder.at(draft), target)
    unlinkSync(folder.at(draft))
  } catch (error) {
    if (isCode(error, 'EEXIST')) {
      unlinkSync(folder.at(draft))
      return conflict(parts, request.name)
    }
    if (!isCode(error, 'EPERM', 'ENOSYS', 'EOPNOTSUPP', 'ENOTSUP', 'EMLINK', 'EXDEV')) throw error
    if (lstatSync(target, { throwIfNoEntry: false }) !== undefined) {
      unlinkSync(folder.at(draft))
      return conflict(parts, request.name)
    }
    renameSync(folder.at(draft), target)
  }
  return await finish(parts, target)
}

async function placeOver(
  parts: PlaceParts,
  request: Place,
  draft: string,
  before: HeldFile,
): Promise<Answer> {
  const { folder, exchanger } = parts
  const target = folder.at(request.name)
  // Immediately before: preparing the draft took its time.
  if (readFileNow(target)?.contentHash !== request.expected) {
    unlinkSync(folder.at(draft))
    return conflict(parts, request.name)
  }
  let isSwapped: boolean
  try {
    isSwapped = await exchanger.swap(draft, request.name)
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error
    // Somebody has taken it away.
    unlinkSync(folder.at(draft))
    return conflict(parts, request.name)
  }
  if (isSwapped) {
    const displaced = readFileNow(folder.at(draft))
    if (displaced?.contentHash !== request.expected) return await swapBack(parts, request, draft)
    unlinkSync(folder.at(draft))
  } else {
    renameSync(folder.at(draft), target)
  }
  const placed = await finish(parts, target)
  // Who had it open may have written into it when it had lost its name already.
  const late = readHeld(before.fd)
  return hashOf(late) === request.expected ? placed : await giveBack(parts, request, before, late)
}

/** Another program has written between the last look and the swap: theirs gets its name back. */
async function swapBack(parts: PlaceParts, request: Place, draft: string): Promise<Answer> {
  const { folder, exchanger, folderSync } = parts
  await exchanger.swap(draft, request.name)
  const displaced: Uint8Array[] = []
  const out = readFileNow(folder.at(draft))
  if (out !== null && out.contentHash !== request.contentHash) {
    // And once more in between, on top of ours: the newest keeps the name, the one before is kept elsewhere.
    await exchanger.swap(draft, request.name)
    const older = readFileNow(folder.at(draft))
    if (older !== null) displaced.push(older.bytes)
  }
  unlinkSync(folder.at(draft))
  await folderSync.sync()
  return conflict(parts, request.name, displaced)
}

/** What was written into the file that ours has replaced gets its name back, unless ours was replaced as well. */
async function giveBack(parts: PlaceParts, request: Place, before: HeldFile, late: Buffer): Promise<Answer> {
  const { folder, exchanger, folderSync } = parts
  const again = { name: request.name, bytes: late, contentHash: hashOf(late) }
  const draft = await writeDraft(folder, again, before, '')
  const target = folder.at(request.name)
  const isOurs = readFileNow(target)?.contentHash === request.contentHash
  if (isOurs && !(await exchanger.swap(draft, request.name))) renameSync(folder.at(draft), target)
  const left = readFileNow(folder.at(draft))
  if (left !== null) unlinkSync(folder.at(draft))
  await folderSync.sync()
  const isForeign = left !== null && left.contentHash !== request.contentHash
  return conflict(parts, request.name, isForeign ? [left.bytes] : [])
}

async function finish({ folderSync }: PlaceParts, target: string | Buffer): Promise<Answer> {
  await folderSync.sync()
  return { type: 'placed', mtimeUs: mtimeUs(lstatSync(target, { bigint: true })) }
}

function conflict({ folder }: PlaceParts, name: PathName, displaced: Uint8Array[] = []): Answer {
  return { type: 'conflict', file: readFileNow(folder.at(name)), displaced }
}

/** Only if it is still ours: after a swap, theirs may have the draft's name, and stays for whoever looks next. */
function removeDraft({ folder }: PlaceParts, draft: string, request: Place): void {
  try {
    if (readFileNow(folder.at(draft))?.contentHash === request.contentHash) unlinkSync(folder.at(draft))
  } catch {
    // The disk is gone; the next writer removes what is left.
  }
}
