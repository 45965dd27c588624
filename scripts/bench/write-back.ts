import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cleanTags, sidecarLimits } from '../../agents/vault/metadata/clean-tags.ts'
import { findExifToolCommand } from '../../agents/vault/metadata/exiftool-command.ts'
import { ExifToolProcess, stayOpen } from '../../agents/vault/metadata/exiftool-process.ts'
import { parseTags } from '../../agents/vault/metadata/parse-tags.ts'
import { hashOf } from '../../agents/vault/sidecar/place/read-file.ts'
import {
  requireWritten,
  type WritableLibrary,
  writableLibrary,
} from '../../agents/vault/sidecar/testing/writable-library.ts'
import type { Tags } from '../../protocol/ingest.ts'
import { formatResult } from './bench-line.ts'
import { describeMachine } from './machine.ts'

/** ExifTools that write, as the vault agent has them, and sidecars in work. */
const WRITERS = 2
const IN_FLIGHT = 4
const ROUNDS = 4

/**
 * `npm run bench -- write-back [SIDECARS]`: sidecars per second through the guarded door, beside ExifTool alone that
 * writes the same fields into the same sidecars where they lie, in turns. The goal is one ExifTool that stays open, which
 * is what somebody has who writes by hand; beside as many as ours it shows what the safety costs in processor time.
 */
export async function benchWriteBack([count = '240']: string[]): Promise<void> {
  console.error(describeMachine())
  const perRound = Math.ceil(Number(count) / ROUNDS)
  await using library = await writableLibrary({ writeBack: { processes: WRITERS } })
  const { file, args } = await findExifToolCommand({})
  const tools = Array.from(
    { length: WRITERS },
    () => new ExifToolProcess({ file, args: [...args, ...stayOpen] }, 1024 ** 3),
  )
  try {
    // Starting is not measured on either side.
    const warm = await prepare(library.root, 'ours/warm', 8)
    const expectedTags = await readTags(tools[0]!, join(library.root, `${warm[0]}.xmp`))
    await writeGuarded(library, warm, expectedTags)
    await writeBare(tools, library.root, await prepare(library.root, 'bare/warm', 8))
    let [guardedMs, bareMs, manyBareMs] = [0, 0, 0]
    for (let round = 0; round < ROUNDS; round += 1) {
      const ours = await prepare(library.root, `ours/${round}`, perRound)
      const bare = await prepare(library.root, `bare/${round}`, perRound)
      guardedMs += await timed(() => writeGuarded(library, ours, expectedTags))
      bareMs += await timed(() => writeBare(tools.slice(0, 1), library.root, bare))
      const again = await prepare(library.root, `bare/again-${round}`, perRound)
      manyBareMs += await timed(() => writeBare(tools, library.root, again))
    }
    const perSecond = (ms: number) => (perRound * ROUNDS * 1_000) / ms
    const result = { bench: 'write-back', value: perSecond(guardedMs), unit: '/s' }
    const one = {
      metric: 'sidecars written, beside one ExifTool',
      yardstick: perSecond(bareMs),
      goal: '≥ 0.7',
    }
    const many = { metric: `sidecars written, beside ${WRITERS} ExifTools`, yardstick: perSecond(manyBareMs) }
    console.log(formatResult({ ...result, ...one }))
    console.log(formatResult({ ...result, ...many }))
  } finally {
    await Promise.all(tools.map((tool) => tool.stop()))
  }
}

/** As the coordinator knows them from ingesting the sidecar. */
async function readTags(tool: ExifToolProcess, path: string): Promise<Tags> {
  const signal = new AbortController().signal
  const { text } = await tool.run(['-json', '-n', '-G', '-fast2', path], 30_000, signal)
  return cleanTags(parseTags(text) ?? {}, sidecarLimits)
}

async function writeGuarded(
  library: WritableLibrary,
  names: readonly string[],
  expectedTags: Tags,
): Promise<void> {
  const expected = hashOf(Buffer.from(sidecar))
  await inFlight(names, IN_FLIGHT, async (name) => {
    const path = `${name}.xmp`
    const fields = { rating: 4, title: `About ${name}`, keywords: [['Places', 'Rome'], ['Summer']] }
    requireWritten(await library.write({ path, pictures: [`${name}.jpg`], expected, expectedTags, fields }))
  })
}

async function writeBare(
  tools: readonly ExifToolProcess[],
  root: string,
  names: readonly string[],
): Promise<void> {
  const waiting = [...names]
  const signal = new AbortController().signal
  await Promise.all(
    tools.map(async (tool) => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
        const subjects = ['Places', 'Rome', 'Summer'].map((word) => `-XMP-dc:Subject=${word}`)
        const tags = ['Places|Rome', 'Summer'].map((word) => `-XMP-lr:HierarchicalSubject=${word}`)
        const lists = ['Places/Rome', 'Summer'].map((word) => `-XMP-digiKam:TagsList=${word}`)
        const values = ['-XMP-xmp:Rating=4', `-XMP-dc:Title=About ${name}`, ...subjects, ...tags, ...lists]
        await tool.run(['-n', ...values, '-overwrite_original', join(root, `${name}.xmp`)], 30_000, signal)
      }
    }),
  )
}

async function inFlight<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items]
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item)
    }),
  )
}

/** @returns sidecars without their extension: those of one side all lie in one folder, as those of one trip do */
async function prepare(root: string, prefix: string, count: number): Promise<string[]> {
  await mkdir(join(root, dirname(prefix)), { recursive: true })
  const names = Array.from({ length: count }, (_, index) => `${prefix}-${index}`)
  for (const name of names) {
    await writeFile(join(root, `${name}.jpg`), 'a picture')
    await writeFile(join(root, `${name}.xmp`), sidecar)
  }
  return names
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

/** About what Lightroom writes for a picture that was developed. */
const sidecar = `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
 <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/"
  xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
  xmp:CreatorTool="Adobe Lightroom" xmp:Label="Red" tiff:Make="Canon" tiff:Model="Canon EOS R5" tiff:Orientation="1"
  exif:DateTimeOriginal="2024-05-01T14:03:22.5" exif:FNumber="28/10" exif:ExposureTime="1/250"
  ${Array.from({ length: 60 }, (_, index) => `crs:Setting${index}="${index}"`).join(' ')}>
  <crs:ToneCurvePV2012><rdf:Seq><rdf:li>0, 0</rdf:li><rdf:li>255, 255</rdf:li></rdf:Seq></crs:ToneCurvePV2012>
 </rdf:Description>
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>`
