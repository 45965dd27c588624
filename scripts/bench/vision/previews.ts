import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { HttpBytes } from '../../../agents/sources/relay-source.ts'
import type { InputFile } from '../../../protocol/sources.ts'
import { generatePhotos } from '../../fixtures/generate-photos.ts'

/** As `file.ingest` makes them. */
const PREVIEW = { widthPx: 1_440, heightPx: 1_080, quality: 80 }

/** Previews, and the coordinator that hands them out: the only part of it that a look needs. */
export type Previews = { files: InputFile[]; http: HttpBytes; fetchedBytes: () => number }

export async function makePreviews(folder: string, count: number): Promise<Previews> {
  const paths = await generatePhotos({ folder, count, ...PREVIEW })
  const pictures = await Promise.all(paths.map((path) => readFile(path)))
  let fetched = 0
  const files = pictures.map((bytes, at): InputFile => {
    const hash = createHash('sha256').update(bytes).digest('hex')
    return {
      ...{ fileId: at + 1, libraryId: 1, root: '/photos', path: `${at}.jpg` },
      ...{ sizeBytes: bytes.length, contentHash: hash, preview: { hash, sizeBytes: bytes.length } },
    }
  })
  const get = async (path: string) => {
    const fileId = Number(/\/files\/(\d+)\/preview/.exec(path)?.[1])
    const bytes = pictures[fileId - 1]!
    fetched += bytes.length
    return Readable.from([bytes], { objectMode: false })
  }
  return { files, http: { get }, fetchedBytes: () => fetched }
}
