import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { HttpBytes } from '../../../agents/sources/relay-source.ts'
import { renderPicture } from '../../../agents/vault/reader/render-picture.ts'
import type { DerivedKind } from '../../../protocol/media.ts'
import type { InputFile } from '../../../protocol/sources.ts'
import { generatePhotos } from '../../fixtures/generate-photos.ts'

/** Of our own photos; more of them would not change what one costs. */
const DISTINCT = 24

type Derived = { bytes: Uint8Array; widthPx: number; heightPx: number }
type Made = Record<'preview' | 'grid', Derived>

/** Previews, and the coordinator that hands them out: the only part of it that a look needs. */
export type Previews = { files: InputFile[]; http: HttpBytes; fetchedBytes: () => number }

/**
 * Derived pictures as `file.ingest` makes them.
 *
 * @param photos folder with photos, all below it; without one, photos of 12 megapixels are made in `folder`
 * @param count so many pictures with hashes of their own; beyond the photos there are, the same pixels again
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
  const pictures = Array.from({ length: count }, (_, at) => distinct(made[at % made.length]!, at))
  let fetched = 0
  const get = async (path: string) => {
    const { id, size } = /\/files\/(?<id>\d+)\/preview\?.*?(?<size>size=grid)?$/.exec(path)?.groups ?? {}
    const { bytes } = pictures[Number(id) - 1]![size ? 'grid' : 'preview']
    fetched += bytes.length
    return Readable.from([bytes], { objectMode: false })
  }
  return { files: pictures.map(describe), http: { get }, fetchedBytes: () => fetched }
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
function distinct({ preview, grid }: Made, at: number): Made {
  const marked = (derived: Derived) => ({
    ...derived,
    bytes: Buffer.concat([derived.bytes, Buffer.from(`${at}`)]),
  })
  return { preview: marked(preview), grid: marked(grid) }
}

function describe({ preview, grid }: Made, at: number): InputFile {
  const name = ({ bytes }: Derived) => ({
    hash: createHash('sha256').update(bytes).digest('hex'),
    sizeBytes: bytes.length,
  })
  return {
    ...{ fileId: at + 1, libraryId: 1, root: '/photos', path: `${at}.jpg`, sizeBytes: preview.bytes.length },
    contentHash: name(preview).hash,
    preview: name(preview),
    grid: { ...name(grid), widthPx: grid.widthPx, heightPx: grid.heightPx },
  }
}
