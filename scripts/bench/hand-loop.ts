import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { ExifTool } from 'exiftool-vendored'
import sharp from 'sharp'

const IN_FLIGHT = 4

/**
 * The yardstick of B1: what somebody would write by hand to read a list of pictures, and nothing besides.
 * Run as a process of its own: `node hand-loop.ts LIST` with a JSON list of paths; prints `{ "seconds": … }`.
 */
const { positionals } = parseArgs({ allowPositionals: true })
const paths = JSON.parse(await readFile(positionals[0] ?? '', 'utf8')) as string[]
sharp.cache(false)
const exiftool = new ExifTool({ maxProcs: 1, useMWG: false })
// Starting is not measured on either side.
await exiftool.version()

const startedAt = performance.now()
let next = 0
await Promise.all(
  Array.from({ length: IN_FLIGHT }, async () => {
    for (let path = paths[next++]; path !== undefined; path = paths[next++]) await readOne(path)
  }),
)
const seconds = (performance.now() - startedAt) / 1_000
await exiftool.end()
console.log(JSON.stringify({ seconds }))

async function readOne(path: string): Promise<void> {
  const bytes = await readFile(path)
  createHash('sha256').update(bytes).digest('hex')
  await Promise.all([exiftool.readRaw(path, { readArgs: ['-fast2', '-n', '-G1', '-struct'] }), derive(bytes)])
}

async function derive(bytes: Buffer): Promise<void> {
  const preview = await sharp(bytes)
    .rotate()
    .resize(1440, 1440, { fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 80 })
    .toBuffer()
  await sharp(preview).resize(256, 256, { fit: 'inside' }).webp({ quality: 80 }).toBuffer()
  await sharp(preview).resize(32, 32, { fit: 'inside' }).ensureAlpha().raw().toBuffer()
}
