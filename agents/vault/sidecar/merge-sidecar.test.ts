import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CurationFields, KeywordSegment } from '../../../protocol/curation.ts'
import { SidecarFields } from '../../../protocol/sidecar-write.ts'
import { openCage } from '../../cage/open-cage.ts'
import { assetsFolder, assetsMissing } from '../testing/test-assets.ts'
import { WorkFolder } from '../work-folder.ts'
import { isOurWrite, judgeMerge } from './mapping/judge-merge.ts'
import { predictTags } from './mapping/predict-tags.ts'
import { type MergeParts, mergeSidecar, readSidecarTags } from './merge-sidecar.ts'
import { MergeTool } from './merge-tool.ts'
import { readXmpProperties } from './xmp/xmp-properties.ts'

const signal = new AbortController().signal
let parts: MergeParts
let stop: () => Promise<void>

beforeAll(async () => {
  const workFolder = await WorkFolder.create()
  const options = { cage: await openCage(), workFolder: workFolder.path, processes: 1 }
  const writer = new MergeTool({ ...options, purpose: 'write' })
  const reader = new MergeTool({ ...options, purpose: 'read' })
  parts = { writer, reader, workFolder }
  stop = async () => {
    await Promise.all([writer.stop(), reader.stop()])
    await workFolder.remove()
  }
})
afterAll(() => stop())

const everything: SidecarFields = {
  rating: -1,
  label: 'Green',
  title: 'A day\u2028out: {a=b}, [c]',
  description: '  Two lines\n-execute\n-o=/tmp/x\n%d%f %c <&>"\' ]]> \u{1f600} \n',
  creator: ['-Name', '@list', 'base64:SGVsbG8='],
  copyright: 'base64:SGVsbG8h',
  keywords: [['Places', 'Italy', 'Rome'], ['Italy'], ['a, b; c'], ['1.10'], ['true']],
  captured: { local: '2024-05-01T14:03:22.5', offsetMinutes: -570 },
  position: { latitude: -33.8688197, longitude: 151.2092955, altitudeM: -12.345 },
  place: { country: 'Australia', state: null, city: 'Sydney', location: '#harbour' },
  regions: [
    { kind: 'person', name: 'A, {b=|c} [d]', box: [0.1, 0.2, 0.3, 0.4] },
    { kind: 'object', name: 'Zoey', box: [0, 0, 1, 1] },
  ],
}
const nothing: SidecarFields = Object.fromEntries(Object.keys(everything).map((field) => [field, null]))
const pictureSizePx = { width: 4000, height: 3000 }

async function merge(before: Uint8Array | null, fields: SidecarFields, revision = 1) {
  const known = before === null ? null : { bytes: before, properties: readXmpProperties(before) }
  return await mergeSidecar(parts, { before: known, fields, revision, pictureSizePx }, signal)
}

test('a sidecar that was not there holds every field, and our mark', async () => {
  const { bytes, properties } = await merge(null, everything, 7)
  const tags = await readSidecarTags(parts, bytes, signal)
  expect(isOurWrite(properties, everything, 7)).toBe(true)
  expect(isOurWrite(properties, everything, 8)).toBe(false)
  expect(isOurWrite(properties, { ...everything, rating: 3 }, 7)).toBe(false)
  expect(tags).toMatchObject({
    'XMP:Rating': -1,
    'XMP:Title': everything.title,
    'XMP:Creator': everything.creator,
    'XMP:Subject': ['Places', 'Italy', 'Rome', 'a, b; c', '1.10', true],
    'XMP:TagsList': ['Places/Italy/Rome', 'Italy', 'a, b; c', '1.10', true],
    'XMP:RegionType': ['Face', 'Object'],
    'XMP:RegionPersonDisplayName': 'A, {b=|c} [d]',
    'XMP:DateTimeOriginal': '2024:05:01 14:03:22.5-09:30',
    'XMP:HearthRevision': 7,
  })
})

test('a region that is moved keeps what another program says about it', async () => {
  const lightroom = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
    <rdf:Description rdf:about="" xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
      xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#"><mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:RegionList><rdf:Bag>
      <rdf:li rdf:parseType="Resource"><mwg-rs:Name>Ada</mwg-rs:Name><mwg-rs:Type>Face</mwg-rs:Type>
        <mwg-rs:Description>at the piano</mwg-rs:Description>
        <mwg-rs:Area stArea:x="0.25" stArea:y="0.5" stArea:w="0.1" stArea:h="0.2" stArea:unit="normalized"/></rdf:li>
      </rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions></rdf:Description></rdf:RDF></x:xmpmeta>`
  const regions = [
    { kind: 'person' as const, name: 'Zoey', box: [0, 0, 0.1, 0.1] as [number, number, number, number] },
    { kind: 'person' as const, name: 'Ada', box: [0.5, 0.5, 0.1, 0.2] as [number, number, number, number] },
  ]
  const { bytes, properties } = await merge(Buffer.from(lightroom), { regions })
  expect(isOurWrite(properties, { regions }, 1)).toBe(true)
  expect(
    Buffer.from(bytes)
      .toString()
      .match(/at the piano/g),
  ).toHaveLength(1)
})

test('what a person wants empty is taken away, and said to be wanted so', async () => {
  const full = await merge(null, everything)
  const { bytes, properties } = await merge(full.bytes, nothing, 2)
  const tags = await readSidecarTags(parts, bytes, signal)
  expect(isOurWrite(properties, nothing, 2)).toBe(true)
  expect(Object.keys(properties).map((key) => key.replace(/.*}/, ''))).toEqual(
    expect.arrayContaining(['HearthFields', 'HearthRevision']),
  )
  expect(Object.keys(properties)).toHaveLength(2)
  expect(tags['XMP:HearthFields']).toHaveLength(11)
})

const line = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
const valid =
  <T>(schema: { safeParse(value: unknown): { success: boolean } }) =>
  (value: T) =>
    schema.safeParse(value).success && !/[\ufffe\uffff]/.test(JSON.stringify(value))
const { shape } = CurationFields
const number = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const text = line.filter(valid(shape.label)).map((value) => value.trim())
const box = fc
  .tuple(number(0, 0.9), number(0, 0.9), number(0.001, 1), number(0.001, 1))
  .map(([x, y, w, h]) => [x, y, Math.min(w, 1 - x), Math.min(h, 1 - y)] as [number, number, number, number])
const anyFields: fc.Arbitrary<SidecarFields> = fc.record(
  {
    rating: fc.integer({ min: -1, max: 5 }),
    label: fc.option(text),
    title: fc.option(text),
    description: fc.option(fc.string({ unit: 'grapheme', maxLength: 300 }).filter(valid(shape.description))),
    creator: fc.option(fc.array(text, { maxLength: 4 })),
    copyright: fc.option(text),
    keywords: fc.option(
      fc.array(
        fc.array(
          line.filter(valid(KeywordSegment)).map((s) => s.trim()),
          { minLength: 1, maxLength: 4 },
        ),
        {
          maxLength: 6,
        },
      ),
    ),
    captured: fc.option(
      fc.record({
        local: fc
          .date({ min: new Date('1000-01-01'), max: new Date('9999-01-01'), noInvalidDate: true })
          .map((date) => date.toISOString().slice(0, -1)),
        offsetMinutes: fc.option(fc.integer({ min: -1080, max: 1080 })),
      }),
    ),
    position: fc.option(
      fc.record({
        latitude: number(-90, 90),
        longitude: number(-180, 180),
        altitudeM: fc.option(number(-12_000, 100_000)),
      }),
    ),
    place: fc.option(
      fc.record({
        country: fc.option(text),
        state: fc.option(text),
        city: fc.option(text),
        location: fc.option(text),
      }),
    ),
    regions: fc.option(
      fc.array(fc.record({ kind: fc.constantFrom('person' as const, 'object' as const), name: text, box }), {
        maxLength: 5,
      }),
    ),
  },
  { requiredKeys: [] },
)

test('whatever fields are written are read again, one write upon another', async () => {
  let before: Uint8Array | null = null
  let revision = 0
  await fc.assert(
    fc.asyncProperty(anyFields, async (any) => {
      const fields = SidecarFields.parse(any)
      revision += 1
      const merged = await merge(before, fields, revision)
      expect(isOurWrite(merged.properties, fields, revision)).toBe(true)
      before = merged.bytes
    }),
    { numRuns: 120 },
  )
})

/** Tags of a write as they are predicted, and as ExifTool reads them. */
async function compareTags(before: Uint8Array | null, fields: SidecarFields, revision: number) {
  const tagsBefore = before === null ? null : await readSidecarTags(parts, before, signal)
  const merged = await merge(before, fields, revision)
  const properties = before === null ? {} : readXmpProperties(before)
  const { bytes, properties: after } = merged
  const predicted = predictTags({ tagsBefore, before: properties, after, bytes })
  if (predicted !== null) expect(predicted).toEqual(await readSidecarTags(parts, bytes, signal))
  return { bytes, isPredicted: predicted !== null }
}

test('what is predicted of a write is what ExifTool reads from it', async () => {
  let before: Uint8Array | null = null
  let revision = 0
  let predicted = 0
  await fc.assert(
    fc.asyncProperty(anyFields, async (any) => {
      const { captured: _, position: __, regions: ___, ...fields } = SidecarFields.parse(any)
      revision += 1
      const compared = await compareTags(revision % 10 === 0 ? null : before, fields, revision)
      before = compared.bytes
      predicted += compared.isPredicted ? 1 : 0
    }),
    { numRuns: 60 },
  )
  expect(predicted).toBeGreaterThan(20)
})

test.each([
  ['numbers and truths', { title: '1.10', label: '-0', creator: ['7', 'TRUE', '1e3', '12345678901234567'] }],
  ['lines', { description: 'One\nTwo: "three" \\ four', copyright: '© Ada' }],
  ['keywords, and then none', { keywords: [['Places', 'Rome'], ['1.10'], ['true']] }],
] satisfies [string, SidecarFields][])('%s are predicted', async (_, fields) => {
  const first = await compareTags(null, fields, 1)
  const second = await compareTags(first.bytes, { ...fields, keywords: null, rating: -1 }, 2)
  expect([first.isPredicted, second.isPredicted]).toEqual([true, true])
})

test('nothing is predicted where another program has a property of the same name, or where a time is written', async () => {
  const theirs =
    Buffer.from(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
 <rdf:Description rdf:about="" xmlns:acdsee="http://ns.acdsee.com/iptc/1.0/" acdsee:rating="2"/></rdf:RDF></x:xmpmeta>`)
  expect((await compareTags(theirs, { rating: 4 }, 1)).isPredicted).toBe(false)
  expect((await compareTags(theirs, { title: 'Sea' }, 1)).isPredicted).toBe(true)
  expect((await compareTags(null, { captured: everything.captured! }, 1)).isPredicted).toBe(false)
})

const noAssets = assetsMissing !== undefined
const folder = join(assetsFolder, 'sidecars')
/** In Latin-1 under a heading that says UTF-8. */
const broken = new Set(['exiv2-bug1108.xmp'])
const real = noAssets ? [] : readdirSync(folder).filter((name) => name.endsWith('.xmp') && !broken.has(name))

describe.skipIf(noAssets)('a real sidecar', () => {
  test.each(real)('%s keeps every property of other programs through three writes', async (name) => {
    const original = readFileSync(join(folder, name))
    const before = readXmpProperties(original)
    let bytes: Uint8Array = original
    for (const [revision, fields] of [everything, nothing, { rating: 2 }].entries()) {
      bytes = (await compareTags(bytes, fields, revision + 1)).bytes
    }
    expect(judgeMerge(before, readXmpProperties(bytes), { ...nothing, rating: 2 })).toEqual({
      wrongFields: [],
      lostProperties: [],
    })
  })
})
