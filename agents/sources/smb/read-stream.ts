import { Readable } from 'node:stream'
import type { OpenedFile } from './messages/create-message.ts'
import { SmbError } from './smb-error.ts'
import type { SmbShare } from './smb-share.ts'
import type { SmbTree } from './smb-tree.ts'

/** Asked for ahead of the reader: what a fast network needs, and at most 4 MB of memory. */
const READS_AHEAD = 4
const NEVER = new AbortController().signal

export type SmbPart = {
  /** With backslashes, relative to the share. */
  name: string
  /** First and last byte, both inclusive. */
  start: number
  end: number
  /** Another size means that these are no longer the bytes that were described. */
  sizeBytes: number
}

/**
 * Streams part of a file. The file is opened before this resolves, and closed when the stream ends or is destroyed.
 * A lost connection is dialled anew and the reading goes on where it was, if the file is still the same; the bytes
 * are then those of one file, or the stream fails.
 */
export async function openSmbPart(share: SmbShare, part: SmbPart, signal: AbortSignal): Promise<Readable> {
  const first = await open(share, part, { signal, limitMs: share.openLimitMs })
  return Readable.from(readParts(share, part, first), { objectMode: false, highWaterMark: 1 })
}

type Open = { tree: SmbTree; file: OpenedFile }

async function* readParts(share: SmbShare, part: SmbPart, first: Open): AsyncGenerator<Buffer> {
  const stopped = new AbortController()
  let { tree, file } = first
  let at = part.start
  try {
    while (at <= part.end) {
      try {
        for await (const bytes of readAhead(tree, file, at, part, stopped.signal)) {
          at += bytes.length
          yield bytes
        }
      } catch (error) {
        if (!(error instanceof SmbError && error.mayReconnect)) throw error
        ;({ tree, file } = await open(share, part, { signal: NEVER, before: file }))
      }
    }
  } finally {
    stopped.abort()
    await tree.closeFile(file)
  }
}

/** @param before the same file as it was opened before the connection was lost */
function open(
  share: SmbShare,
  { name, sizeBytes }: SmbPart,
  { signal, limitMs, before }: { signal: AbortSignal; limitMs?: number; before?: OpenedFile },
): Promise<Open> {
  const work = async (tree: SmbTree) => {
    const file = await tree.openToRead(name, signal)
    const isSame = file.sizeBytes === sizeBytes && (before === undefined || before.mtimeUs === file.mtimeUs)
    if (isSame) return { tree, file }
    await tree.closeFile(file)
    throw changed(name)
  }
  return share.use(work, signal, limitMs)
}

/** The rest of the part, in order, while further reads are on their way. */
async function* readAhead(
  tree: SmbTree,
  file: OpenedFile,
  start: number,
  { name, end }: SmbPart,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const coming: { offset: number; length: number; bytes: Promise<Buffer> }[] = []
  let asked = start
  for (;;) {
    while (coming.length < READS_AHEAD && asked <= end) {
      const length = Math.min(tree.readLimitBytes, end + 1 - asked)
      const bytes = tree.read(file, asked, length, signal)
      // Looked at in its turn; until then nobody else must miss its failure.
      bytes.catch(() => undefined)
      coming.push({ offset: asked, length, bytes })
      asked += length
    }
    const next = coming.shift()
    if (!next) return
    let got = await next.bytes
    for (let have = 0; have < next.length; have += got.length) {
      if (have > 0) got = await tree.read(file, next.offset + have, next.length - have, signal)
      if (got.length === 0) throw changed(name)
      yield got
    }
  }
}

function changed(name: string): SmbError {
  const path = name.replaceAll('\\', '/').toWellFormed()
  return new SmbError(
    'file_changed',
    `${path} is not as it was when it was described; scan its library again`,
    {
      scope: 'file',
    },
  )
}
