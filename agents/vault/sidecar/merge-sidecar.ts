import { readFile, unlink, writeFile } from 'node:fs/promises'
import { AppError } from '../../../protocol/errors.ts'
import type { Tags } from '../../../protocol/ingest.ts'
import type { SidecarFields } from '../../../protocol/sidecar-write.ts'
import { cleanTags, sidecarLimits } from '../metadata/clean-tags.ts'
import { parseTags } from '../metadata/parse-tags.ts'
import type { WorkFolder } from '../work-folder.ts'
import type { SidecarField } from './mapping/field-mapping.ts'
import { judgeMerge } from './mapping/judge-merge.ts'
import { planMerge } from './mapping/plan-merge.ts'
import { findProperty } from './mapping/property.ts'
import type { PictureSize, RegionTags, TagValue } from './mapping/regions.ts'
import type { MergeTool } from './merge-tool.ts'
import { keepNamespaces } from './xmp/keep-namespaces.ts'
import { MalformedXmlError } from './xmp/parse-xml.ts'
import type { XmpProperties } from './xmp/xmp-properties.ts'

/** What a sidecar is made of where there is none. */
const EMPTY_SIDECAR = `<?xpacket begin='\ufeff' id='W5M0MpCehiHzreSzNTczkc9d'?>
<x:xmpmeta xmlns:x='adobe:ns:meta/'>
<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end='w'?>
`

export type MergeParts = { writer: MergeTool; reader: MergeTool; workFolder: WorkFolder }

/** What is to be written, and into what. */
export type MergeRequest = {
  /** The sidecar before; null: there is none. */
  before: { bytes: Uint8Array; properties: XmpProperties } | null
  fields: SidecarFields
  revision: number
  pictureSizePx: PictureSize | null
}

/** What is to be placed, and what it says. */
export type MergedSidecar = { bytes: Buffer; properties: XmpProperties }

/** The sidecar that came out is not the one that was to come out; nothing outside the work folder knows of it. */
export class NotVerifiedError extends Error {
  readonly fields: SidecarField[]

  constructor(message: string, fields: SidecarField[]) {
    super(message)
    this.name = 'NotVerifiedError'
    this.fields = fields
  }
}

/**
 * Merges fields into a private copy of a sidecar, and reads it back: our fields must say what they were to say, and
 * every property of others what it said before.
 *
 * @throws NotVerifiedError; AppError `timed_out`, `disk_full`; the signal's reason when that aborts
 */
export async function mergeSidecar(
  { writer, reader, workFolder }: MergeParts,
  { before, fields, revision, pictureSizePx }: MergeRequest,
  signal: AbortSignal,
): Promise<MergedSidecar> {
  const [copy, values] = [workFolder.newPath('xmp'), workFolder.newPath('json')]
  try {
    await writeFile(copy, before?.bytes ?? EMPTY_SIDECAR, { mode: 0o600 })
    const beforeProperties = before?.properties ?? {}
    const regionsBefore = await readRegionTags(reader, copy, beforeProperties, fields, signal)
    const plan = planMerge(fields, revision, { regionsBefore, pictureSizePx })
    await writeFile(values, JSON.stringify([{ SourceFile: '*', ...plan.values }]), { mode: 0o600 })
    const clear = plan.clear.map((tag) => `-${tag}=`)
    const { complaints } = await writer.run(
      ['-n', `-j=${values}`, ...clear, '-overwrite_original', copy],
      signal,
    )
    const merged = keepNamespaces(await readFile(copy), beforeProperties)
    requireVerified(merged.properties, beforeProperties, fields, complaints)
    return merged
  } catch (error) {
    await removeFile(`${copy}_exiftool_tmp`)
    signal.throwIfAborted()
    throw mergeErrorOf(error)
  } finally {
    await Promise.all([copy, values].map(removeFile))
  }
}

/** The tags of a sidecar, as ingesting it would give them. */
export async function readSidecarTags(
  { reader, workFolder }: MergeParts,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<Tags> {
  const copy = workFolder.newPath('xmp')
  try {
    await writeFile(copy, bytes, { mode: 0o600 })
    return await readTags(reader, copy, signal)
  } finally {
    await removeFile(copy)
  }
}

/** Once for each of three files of each sidecar: `rm` looks at each first, which costs more than to remove it. */
async function removeFile(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  })
}

async function readTags(reader: MergeTool, copy: string, signal: AbortSignal): Promise<Tags> {
  const { text } = await reader.run(['-json', '-n', '-G', '-fast2', copy], signal)
  return cleanTags(parseTags(text) ?? {}, sidecarLimits)
}

/** ExifTool's own form of the lists of regions, which it takes back as it gave them. */
async function readRegionTags(
  reader: MergeTool,
  copy: string,
  before: XmpProperties,
  fields: SidecarFields,
  signal: AbortSignal,
): Promise<RegionTags> {
  const hasAny = findProperty(before, 'mwg-rs:Regions') ?? findProperty(before, 'MP:RegionInfo')
  if (fields.regions === undefined || hasAny === undefined) return { mwg: null, microsoft: null }
  const tags = ['-XMP-mwg-rs:RegionInfo', '-XMP-MP:RegionInfoMP']
  const { text } = await reader.run(['-json', '-struct', '-n', ...tags, copy], signal)
  const { RegionInfo: mwg, RegionInfoMP: microsoft } = parseFirst(text) as Record<string, TagValue>
  return { mwg: structOf(mwg), microsoft: structOf(microsoft) }
}

function structOf(value: TagValue | undefined): { [name: string]: TagValue } | null {
  return typeof value === 'object' && !Array.isArray(value) ? value : null
}

/** ExifTool writes texts that look like numbers as numbers; `1.10` shall not become `1.1`. */
function keepDigits(_key: string, value: unknown, { source }: { source?: string }): unknown {
  return typeof value === 'number' || typeof value === 'boolean' ? (source ?? String(value)) : value
}

function parseFirst(text: string): Record<string, unknown> {
  const reviver = keepDigits as (key: string, value: unknown) => unknown
  const parsed: unknown = text.trim() === '' ? [] : JSON.parse(text, reviver)
  const first: unknown = Array.isArray(parsed) ? parsed[0] : undefined
  return typeof first === 'object' && first !== null ? Object.fromEntries(Object.entries(first)) : {}
}

function requireVerified(
  after: XmpProperties,
  before: XmpProperties,
  fields: SidecarFields,
  complaints: string,
): void {
  const { wrongFields, lostProperties } = judgeMerge(before, after, fields)
  const said = complaints.trim() === '' ? '' : `; ExifTool says: ${complaints.trim().slice(0, 300)}`
  if (wrongFields.length > 0) {
    throw new NotVerifiedError(
      `Read back, ${wrongFields.join(', ')} differed from what was written${said}`,
      wrongFields,
    )
  }
  if (lostProperties.length > 0) {
    throw new NotVerifiedError(
      `Properties of other programs would have changed: ${lostProperties.join(', ').slice(0, 500)}${said}`,
      [],
    )
  }
}

function mergeErrorOf(error: unknown): unknown {
  if (error instanceof MalformedXmlError) {
    return new NotVerifiedError(`What ExifTool wrote is no XMP: ${error.message}`, [])
  }
  if (/ENOSPC|EDQUOT/.test(String(error))) {
    return new AppError('disk_full', 'A sidecar cannot be made: the temporary folder is full', {
      cause: error,
    })
  }
  return error
}
