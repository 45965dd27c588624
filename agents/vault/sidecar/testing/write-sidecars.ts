import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { requireWritten, writableLibrary } from './writable-library.ts'

/** A program to be watched from outside: writes, overwrites, meets a conflict and restores. Its argument is the root. */
const [root = ''] = process.argv.slice(2)
await using t = await writableLibrary({ at: root })
let expected = requireWritten(await t.write()).sidecar.contentHash
for (let revision = 2; revision < 5; revision += 1) {
  const written = requireWritten(
    await t.write({ expected, revision, fields: { title: `Number ${revision}` } }),
  )
  expected = written.sidecar.contentHash
}
await t.write({ revision: 9, expected: 'a'.repeat(64) })
requireWritten(await t.write({ path: 'trip/b.xmp', pictures: ['trip/b.jpg'] }))
const hash = createHash('sha256')
  .update(readFileSync(join(root, 'a.xmp')))
  .digest('hex')
console.log(JSON.stringify({ isLast: hash === expected }))
