import { watch } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { findExifToolCommand } from '../../agents/vault/metadata/exiftool-command.ts'
import { ExifToolProcess, stayOpen } from '../../agents/vault/metadata/exiftool-process.ts'
import { findTexts } from '../../agents/vault/sidecar/mapping/property.ts'
import { hashOf } from '../../agents/vault/sidecar/place/read-file.ts'
import { requireWritten, writableLibrary } from '../../agents/vault/sidecar/testing/writable-library.ts'
import { readXmpProperties } from '../../agents/vault/sidecar/xmp/xmp-properties.ts'
import { childPids } from '../../agents/vault/testing/reader-pids.ts'
import { FaultRun, sizes, TEST_LIMIT_MS } from './testing/fault-run.ts'

/** Longer than a write needs from its draft to its last sync, so that kills fall on every step, and after the last. */
const MAX_DELAY_MS = 12

test('a sidecar whose writer is killed is the old one or the new one, whole, and its next write is done', {
  timeout: TEST_LIMIT_MS,
}, async () => {
  const run = new FaultRun('R17 writer killed')
  await using t = await writableLibrary()
  const path = join(t.root, 'a.xmp')
  let expected = requireWritten(await t.write()).sidecar.contentHash
  const seen = { old: 0, new: 0 }
  for (let revision = 2; revision < sizes.sidecarKilled.kills + 2; revision += 1) {
    const change = { expected, revision, fields: { title: `Number ${revision}`, rating: revision % 6 } }
    const killed = killAtDraft(t.root, run.between(0, MAX_DELAY_MS))
    const first = await t.write(change).catch((error: unknown) => error)
    const hash = hashOf(await readFile(path))
    await killed
    const { contentHash } = requireWritten(await t.write(change)).sidecar
    expect([expected, contentHash], `after ${JSON.stringify(first)}`).toContain(hash)
    seen[hash === expected ? 'old' : 'new'] += 1
    expected = contentHash
    expect(hashOf(await readFile(path))).toBe(contentHash)
  }
  expect((await readdir(t.root)).sort()).toEqual(['a.jpg', 'a.xmp', 'trip'])
  run.report({ kills: sizes.sidecarKilled.kills, 'old ones': seen.old, 'new ones': seen.new })
  expect(seen.old).toBeGreaterThan(0)
  expect(seen.new).toBeGreaterThan(0)
})

/** Kills the process that writes sidecars, so long after the draft of the next write appears. */
async function killAtDraft(folder: string, delayMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const watcher = watch(folder, (_, name) => {
    if (name?.startsWith('.hearth-')) resolve()
  })
  const pids = childPids('place/main.ts')
  await promise
  watcher.close()
  await sleep(delayMs)
  const alive = await pids
  for (const pid of alive.length > 0 ? alive : await childPids('place/main.ts')) process.kill(pid, 'SIGKILL')
}

test('no edit that another program makes at the same time is lost', { timeout: TEST_LIMIT_MS }, async () => {
  const run = new FaultRun('R17 foreign edits')
  await using t = await writableLibrary()
  const path = join(t.root, 'a.xmp')
  await writeFile(path, foreignSidecar)
  const { file, args } = await findExifToolCommand({})
  const other = new ExifToolProcess({ file, args: [...args, ...stayOpen] }, 1024 ** 3)
  const signal = new AbortController().signal
  const outcomes: string[] = []
  let writeMs = 100
  let expected = hashOf(await readFile(path))
  try {
    for (let round = 1; round <= sizes.sidecarKilled.foreignEdits; round += 1) {
      const edit = [`-XMP-dc:Type+=${round}`, '-overwrite_original', path]
      const startedAt = performance.now()
      const [theirs, ours] = await Promise.all([
        sleep(run.between(0, writeMs)).then(() => other.run(edit, 30_000, signal)),
        t.write({ expected, resolved: expected, revision: round, fields: { title: `Number ${round}` } }),
      ])
      expect(theirs.text + theirs.complaints).toContain('1 image files updated')
      // So that theirs falls on each step of ours, whatever the machine.
      if (ours.outcome === 'written') writeMs = (writeMs + performance.now() - startedAt) / 2
      outcomes.push(ours.outcome)
      expected = hashOf(await readFile(path))
    }
  } finally {
    await other.stop()
  }
  const types = findTexts(readXmpProperties(await readFile(path)), 'dc:type')
  expect(types).toEqual(
    Array.from({ length: sizes.sidecarKilled.foreignEdits }, (_, index) => String(index + 1)),
  )
  const written = outcomes.filter((outcome) => outcome === 'written').length
  run.report({ edits: types.length, 'of ours written': written, conflicts: outcomes.length - written })
  expect(new Set(outcomes)).toEqual(new Set(['written', 'conflict']))
  expect((await readdir(t.root)).sort()).toEqual(['a.jpg', 'a.xmp', 'trip'])
})

const foreignSidecar = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
 <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Label="Red"/>
</rdf:RDF></x:xmpmeta>`
