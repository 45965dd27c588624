import { constants, setPriority } from 'node:os'
import sharp from 'sharp'
import { AppError, type ErrorCode } from '../../../protocol/errors.ts'
import { fsPath } from '../absolute-path.ts'
import { isShutOut } from '../is-shut-out.ts'
import { mtimeUs } from '../mtime-us.ts'
import { hasChanged, type OpenedOriginal, openOriginalFile, readErrorOf } from '../open-original.ts'
import { requireRoot } from '../root-guard.ts'
import { allowFormats } from './allow-formats.ts'
import { hashOriginal } from './hash-original.ts'
import { limitOwnMemory } from './limit-own-memory.ts'
import type { ReaderMessage, ReaderRequest, RenderOutcome } from './messages.ts'
import { type RenderOptions, renderPicture } from './render-picture.ts'

/**
 * The reader: a process that opens originals and decodes pictures, so that a file which makes a
 * decoder crash, hang or fill the memory takes only this process with it. Its parent watches and
 * replaces it. One request at a time.
 */

/** Larger files are hashed in parts and decoded from the disk, which reads them a second time. */
const MAX_IN_MEMORY_BYTES = 192 * 1024 * 1024

const sizeOnly: RenderOutcome = {
  picture: null,
  problem: null,
  headerSizePx: null,
  codec: null,
  foreignFormat: null,
}

// Whoever waits for an answer goes before those who decode: browsers, heartbeats, a person at the machine.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL)

let go: (() => void) | undefined

function send(message: ReaderMessage): void {
  process.send?.(message)
}

async function waitForTurn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  go = resolve
  send({ type: 'big' })
  await promise
}

async function answerRead(request: Extract<ReaderRequest, { type: 'read' }>): Promise<RenderOutcome> {
  const root = await requireRoot(request.root, request.allowedRoots)
  const opened = await openOriginalFile(root, request.path)
  try {
    return await readOpened(opened, request)
  } catch (error) {
    throw await readErrorOf(error, root, request.path)
  } finally {
    await opened.handle.close()
  }
}

async function readOpened(
  opened: OpenedOriginal,
  request: Extract<ReaderRequest, { type: 'read' }>,
): Promise<RenderOutcome> {
  const sizeBytes = Number(opened.stats.size)
  send({
    type: 'opened',
    sizeBytes,
    mtimeUs: mtimeUs(opened.stats),
    absolutePath: opened.absolutePath,
  })
  const keep = request.render && sizeBytes <= MAX_IN_MEMORY_BYTES
  const hashed = await hashOriginal(opened, keep, () => send({ type: 'reading' }))
  if (hashed.lengthDiffers || (await hasChanged(opened))) {
    throw new AppError('file_changed', 'The file changed while it was being read; it is read again later')
  }
  send({ type: 'hashed', contentHash: hashed.contentHash })
  if (sizeBytes === 0) {
    return { ...sizeOnly, problem: { code: 'empty', message: 'The file is empty: it has no bytes at all' } }
  }
  if (!request.render) return sizeOnly
  const options: RenderOptions = { orientation: null, waitForTurn }
  return await renderPicture(hashed.bytes ?? pathForDecoder(opened), options)
}

/** The opened file itself where the system has a name for it, so that no other file can take its place. */
function pathForDecoder(opened: OpenedOriginal): string {
  if (process.platform === 'linux') return `/proc/self/fd/${opened.handle.fd}`
  const path = fsPath(opened.absolutePath)
  if (typeof path === 'string') return path
  throw new AppError('file_unreadable', 'The file is too large for its name, which is not text; rename it')
}

async function answerRender(request: Extract<ReaderRequest, { type: 'render' }>): Promise<RenderOutcome> {
  const source = 'file' in request.source ? request.source.file : Buffer.from(request.source.bytes)
  return await renderPicture(source, { orientation: request.orientation, waitForTurn })
}

/** What reading from a folder that is shut to this process looks like. */
const shutOutCodes: ReadonlySet<ErrorCode> = new Set(['file_unreadable', 'file_missing', 'library_offline'])

async function answer(request: ReaderRequest): Promise<void> {
  if (request.type === 'go') {
    go?.()
    return
  }
  try {
    const outcome = request.type === 'read' ? await answerRead(request) : await answerRender(request)
    send({ type: 'done', outcome })
  } catch (error) {
    const { code, message } = error instanceof AppError ? error : new AppError('internal', String(error))
    const mayBeShutOut = request.type === 'read' && shutOutCodes.has(code)
    send({ type: 'failed', code, message, isShutOut: mayBeShutOut && (await isShutOut(request.root)) })
  }
}

allowFormats()
limitOwnMemory(Number(process.argv[2]))
process.on('message', (request: ReaderRequest) => void answer(request))
// Not an ordinary exit, which would wait for a thread that hangs in a dead disk.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
// Ctrl-C reaches the whole process group; the parent ends this process when it is done with it.
process.on('SIGINT', () => undefined)
send({ type: 'ready', sharpVersion: sharp.versions.sharp })
