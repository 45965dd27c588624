import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { HttpBytes } from '../../../agents/sources/relay-source.ts'
import { renderPicture } from '../../../agents/vault/reader/render-picture.ts'
import type { DerivedKind } from '../../../protocol/media.ts'
import type { InputFile } from '../../../protocol/sources.ts'
import { generatePhotos } from '../../fixtures/generate-photos.ts'
import { median } from '../bench-line.ts'

/** Of our own photos; more of them would not change what one costs. */
const DISTINCT = 24

type Derived = { bytes: Uint8Array; widthPx: number; heightPx: number }
type Made = Record<'preview' | 'grid', Derived>

/** Previews, and the coordinator that hands them out: the only part of it that a look needs. */
export type Previews = {
  /** So many that nobody has seen, by their hashes; beyond the photos there are, the same pixels again. */
  take: (count: number) => InputFile[]
  http: HttpBytes
  /** How many bytes have travelled of each picture that was taken last: the median. */
  fetchedBytes: () => number
  /** Of one preview: the median of all photos, in bytes. */
  previewBytes: number
}

/**
 * Derived pictures as `file.ingest` makes them.
 *
 * @param count of the photos that are made in `folder`, of 12 megapixels each
 * @param photos folder with photos, all below it, to be taken instead
 */
export async function makePreviews(folder: string, count: number, photos?: string): Promise<Previews> {
  const paths = photos
    ? await listPhotos(photos)
    : await generatePhotos({ folder, count: Math.min(count, DISTINCT) })
  const made: Made[] = []
  for (const path of paths) {
    const rendered = await renderPair(path)
    if (rendered) made.push(rendered)
  }
  if (made.length === 0) throw new RangeError('There is no photo that can be read')
  const pictures = new Map<number, Made>()
  let lastId = 0
  const fetched = new Map<number, number>()
  const take = (count: number) => {
    // Those of before have been looked at.
    pictures.clear()
    fetched.clear()
    return Array.from({ length: count }, () => {
      const fileId = ++lastId
      const picture = distinct(made[fileId % made.length]!, fileId)
      pictures.set(fileId, picture)
      return describe(picture, fileId)
    })
  }
  const get = async (path: string) => {
    const { id, size } = /\/files\/(?<id>\d+)\/preview\?.*?(?<size>size=grid)?$/.exec(path)?.groups ?? {}
    const fileId = Number(id)
    const { bytes } = pictures.get(fileId)![size ? 'grid' : 'preview']
    fetched.set(fileId, (fetched.get(fileId) ?? 0) + bytes.length)
    return Readable.from([bytes], { objectMode: false })
  }
  const previewBytes = median(made.map(({ preview }) => preview.bytes.length))
  return { take, http: { get }, fetchedBytes: () => median([...fetched.values()]), previewBytes }
}

async function listPhotos(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && /\.jpe?g$/i.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort()
}

/** Undefined where the file holds no picture. */
async function renderPair(path: string): Promise<Made | undefined> {
  const { picture } = await renderPicture(await readFile(path), {
    orientation: null,
    waitForTurn: async () => {},
  })
  const find = (wanted: DerivedKind) => picture?.derived.find(({ kind }) => kind === wanted)
  const [preview, grid] = [find('preview'), find('grid')]
  return preview && grid && { preview, grid }
}

/** The same pixels under another hash: what follows the end of a JPEG is not looked at. */
function distinct({ preview, grid }: Made, fileId: number): Made {
  const marked = (derived: Derived) => ({
    ...derived,
    bytes: Buffer.concat([derived.bytes, Buffer.from(`${process.pid} ${fileId}`)]),
  })
  return { preview: marked(preview), grid: marked(grid) }
}

function describe({ preview, grid }: Made, fileId: number): InputFile {
  const name = ({ bytes }: Derived) => ({
    hash: createHash('sha256').update(bytes).digest('hex'),
    sizeBytes: bytes.length,
  })
  return {
    ...{ fileId, libraryId: 1, root: '/photos', path: `${fileId}.jpg`, sizeBytes: preview.bytes.length },
    contentHash: name(preview).hash,
    preview: name(preview),
    grid: { ...name(grid), widthPx: grid.widthPx, heightPx: grid.heightPx },
  }
}
