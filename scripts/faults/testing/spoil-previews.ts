import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import type { FaultRig } from './fault-rig.ts'

/** What a hostile or broken decoder may have left in the place of a preview. The number makes each another one. */
const kinds: readonly ((number: number) => Buffer)[] = [
  (number) => Buffer.from(`no picture at all ${number}`),
  (number) => Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${number}" height="9"/>`),
  // Only the beginning of a JPEG, and of a PNG that says it has 2^31 columns.
  (number) => Buffer.concat([Buffer.from('ffd8ffe000104a464946000101', 'hex'), Buffer.from(`${number}`)]),
  (number) =>
    Buffer.concat([
      Buffer.from('89504e470d0a1a0a0000000d494844527fffffff00000001080600000000000000', 'hex'),
      Buffer.from(`${number}`),
    ]),
]

/** Of these models are shown one: small ones the picture of the gallery. */
const shown = ['preview', 'grid'] as const

/**
 * Puts something else in the place of all that models are shown of pictures, as if it had been stored so: the derived
 * store, the database and the hashes agree.
 *
 * @returns of how many pictures; the others are good
 */
export async function spoilPreviews(rig: FaultRig, count: number): Promise<number> {
  const { rows } = await sql<{ fileId: number }>`
    select file_id as "fileId" from derived_file where kind = 'preview' order by file_id limit ${count}`.execute(
    rig.db,
  )
  for (const [at, { fileId }] of rows.entries()) {
    for (const [which, kind] of shown.entries()) {
      const bytes = kinds[at % kinds.length]!(at * shown.length + which)
      const hash = await spoil(rig, fileId, kind, bytes)
      if (kind !== 'preview') continue
      await sql`update asset set version = ${hash.slice(0, 12)}
        where id = (select asset_id from asset_file where id = ${fileId})`.execute(rig.db)
    }
  }
  return rows.length
}

/** @returns SHA-256 of what is there now */
async function spoil(
  rig: FaultRig,
  fileId: number,
  kind: (typeof shown)[number],
  bytes: Buffer,
): Promise<string> {
  const hash = createHash('sha256').update(bytes).digest('hex')
  const folder = join(rig.folder, 'data', 'derived', hash.slice(0, 2), hash.slice(2, 4))
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, hash), bytes)
  await sql`update derived_file set hash = decode(${hash}, 'hex'), size_bytes = ${bytes.length}
    where file_id = ${fileId} and kind = ${kind}`.execute(rig.db)
  return hash
}
