import type { Region } from '../../../../protocol/curation.ts'
import type { XmpProperties, XmpValue } from '../xmp/xmp-properties.ts'
import { findProperty, propertyKey, textOf } from './property.ts'

/** A value as ExifTool reads and writes it in JSON with `-struct`; numbers as texts. */
export type TagValue = string | TagValue[] | { [name: string]: TagValue }
type TagStruct = { [name: string]: TagValue }

/** What the sidecar's lists of regions hold before, as ExifTool gives them. */
export type RegionTags = { mwg: TagStruct | null; microsoft: TagStruct | null }

export type PictureSize = { width: number; height: number }

const BOX_TOLERANCE = 1e-6
/** Two programs that round differently still mean the same region. */
const SAME_TOLERANCE = 0.005

/**
 * The two lists of regions as they shall be: ours, with what other programs say about the same regions, and those that
 * we do not understand as they are. `null` is an empty list, which is not written.
 */
export function writeRegions(
  regions: readonly Region[],
  before: RegionTags,
  size: PictureSize | null,
): { mwg: TagStruct | null; microsoft: TagStruct | null } {
  const mwgBefore = structsOf(before.mwg?.RegionList)
  const mwg = mergeList(regions, mwgBefore, understandMwg, writeMwg)
  const dimensions =
    size === null
      ? before.mwg?.AppliedToDimensions
      : { W: String(size.width), H: String(size.height), Unit: 'pixel' }
  const people = regions.filter(({ kind }) => kind === 'person')
  const microsoft = mergeList(
    people,
    structsOf(before.microsoft?.Regions),
    understandMicrosoft,
    writeMicrosoft,
  )
  return {
    mwg:
      mwg.length === 0
        ? null
        : {
            ...before.mwg,
            ...(dimensions === undefined ? {} : { AppliedToDimensions: dimensions }),
            RegionList: mwg,
          },
    microsoft: microsoft.length === 0 ? null : { ...before.microsoft, Regions: microsoft },
  }
}

function mergeList(
  regions: readonly Region[],
  before: readonly TagStruct[],
  understand: (struct: TagStruct) => Region | null,
  write: (region: Region, known: TagStruct) => TagStruct,
): TagStruct[] {
  const known = before.map((struct) => ({ struct, region: understand(struct) }))
  const foreign = known.filter(({ region }) => region === null).map(({ struct }) => struct)
  const left = known.filter(({ region }) => region !== null)
  const take = (isWanted: (region: Region) => boolean) => {
    const index = left.findIndex(({ region }) => isWanted(region!))
    return index < 0 ? undefined : left.splice(index, 1)[0]!.struct
  }
  const inPlace = regions.map((region) => take((other) => isSame(other, region, SAME_TOLERANCE)))
  // Moved, or drawn for the picture as it is stored: the name tells.
  const ours = regions.map((region, index) =>
    write(
      region,
      inPlace[index] ?? take(({ kind, name }) => kind === region.kind && name === region.name) ?? {},
    ),
  )
  return [...foreign, ...ours]
}

function writeMwg({ kind, name, box: [x, y, width, height] }: Region, known: TagStruct): TagStruct {
  const area = { X: x + width / 2, Y: y + height / 2, W: width, H: height }
  const type = kind === 'person' ? 'Face' : (known.Type ?? 'Object')
  return {
    ...known,
    Area: { ...mapValues(area, decimal), Unit: 'normalized' },
    Name: name,
    Type: type,
  }
}

function writeMicrosoft({ name, box }: Region, known: TagStruct): TagStruct {
  return { ...known, Rectangle: box.map(decimal).join(', '), PersonDisplayName: name }
}

/** The regions of a sidecar that are people and things with names. */
export function readRegions(properties: XmpProperties): Region[] {
  const marked = listItems(properties, 'mwg-rs:Regions', 'mwg-rs:RegionList')
    .map((item) => understandMwg(tagsOfMwg(item)))
    .filter((region) => region !== null)
  const people = listItems(properties, 'MP:RegionInfo', 'MPRI:Regions')
    .map((item) => understandMicrosoft(tagsOfMicrosoft(item)))
    .filter((region) => region !== null)
  return [...marked, ...people.filter((one) => !marked.some((other) => isSame(one, other, SAME_TOLERANCE)))]
}

/** Regions of both lists that are nobody's name: focus points, codes, shapes that are no boxes. */
export function foreignRegions(properties: XmpProperties): XmpValue[] {
  return [
    ...listItems(properties, 'mwg-rs:Regions', 'mwg-rs:RegionList').filter(
      (item) => understandMwg(tagsOfMwg(item)) === null,
    ),
    ...listItems(properties, 'MP:RegionInfo', 'MPRI:Regions').filter(
      (item) => understandMicrosoft(tagsOfMicrosoft(item)) === null,
    ),
  ]
}

export function sameRegions(one: readonly Region[], other: readonly Region[]): boolean {
  const left = [...other]
  for (const region of one) {
    const index = left.findIndex((candidate) => isSame(region, candidate, BOX_TOLERANCE))
    if (index === -1) return false
    left.splice(index, 1)
  }
  return left.length === 0
}

function isSame(one: Region, other: Region, tolerance: number): boolean {
  return (
    one.kind === other.kind &&
    one.name === other.name &&
    one.box.every((value, index) => Math.abs(value - (other.box[index] ?? Number.NaN)) <= tolerance)
  )
}

const kindOfType: Record<string, Region['kind'] | undefined> = {
  '': 'person',
  Face: 'person',
  Pet: 'object',
  Object: 'object',
}

function understandMwg(struct: TagStruct): Region | null {
  const { Name: name, Type: type = '', Area: area } = struct
  const kind = typeof type === 'string' ? kindOfType[type] : undefined
  if (kind === undefined || typeof name !== 'string' || name === '') return null
  if (typeof area !== 'object' || Array.isArray(area) || area.D !== undefined) return null
  if ((area.Unit ?? 'normalized') !== 'normalized') return null
  const [x, y, width, height] = [area.X, area.Y, area.W, area.H].map(Number) as [
    number,
    number,
    number,
    number,
  ]
  return withBox(kind, name, [x - width / 2, y - height / 2, width, height])
}

function understandMicrosoft(struct: TagStruct): Region | null {
  const { PersonDisplayName: name, Rectangle: rectangle } = struct
  if (typeof name !== 'string' || name === '' || typeof rectangle !== 'string') return null
  const box = rectangle.split(',').map((part) => Number(part))
  return box.length === 4 ? withBox('person', name, box as Region['box']) : null
}

function withBox(kind: Region['kind'], name: string, [x, y, width, height]: Region['box']): Region | null {
  const isBox = [x, y, width, height].every(Number.isFinite) && width > 0 && height > 0
  if (!isBox || x < -0.01 || y < -0.01 || x + width > 1.01 || y + height > 1.01) return null
  return { kind, name, box: [x, y, width, height] }
}

function listItems(
  properties: XmpProperties,
  info: 'mwg-rs:Regions' | 'MP:RegionInfo',
  list: 'mwg-rs:RegionList' | 'MPRI:Regions',
): XmpValue[] {
  const struct = findProperty(properties, info)
  const found = struct?.kind === 'struct' ? struct.fields[propertyKey(list)] : undefined
  return found?.kind === 'array' ? found.items : []
}

function tagsOfMwg(item: XmpValue): TagStruct {
  if (item.kind !== 'struct') return {}
  const text = (name: 'Name' | 'Type') => textOf(item.fields[propertyKey(`mwg-rs:${name}`)])
  const area = item.fields[propertyKey('mwg-rs:Area')]
  const part = (name: string) =>
    area?.kind === 'struct' ? textOf(area.fields[propertyKey(`stArea:${name}`)]) : undefined
  return compact({
    Name: text('Name'),
    Type: text('Type'),
    Area: compact({
      X: part('x'),
      Y: part('y'),
      W: part('w'),
      H: part('h'),
      D: part('d'),
      Unit: part('unit'),
    }),
  })
}

function tagsOfMicrosoft(item: XmpValue): TagStruct {
  if (item.kind !== 'struct') return {}
  return compact({
    Rectangle: textOf(item.fields[propertyKey('MPReg:Rectangle')]),
    PersonDisplayName: textOf(item.fields[propertyKey('MPReg:PersonDisplayName')]),
  })
}

function compact(struct: { [name: string]: TagValue | undefined }): TagStruct {
  return Object.fromEntries(
    Object.entries(struct).filter((entry): entry is [string, TagValue] => entry[1] !== undefined),
  )
}

function structsOf(value: TagValue | undefined): TagStruct[] {
  if (value === undefined) return []
  return (Array.isArray(value) ? value : [value]).filter(
    (item): item is TagStruct => typeof item === 'object' && !Array.isArray(item),
  )
}

function mapValues<T>(record: Record<string, T>, map: (value: T) => string): TagStruct {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]))
}

/** Never with an exponent, which other programs do not read. */
function decimal(value: number): string {
  return value.toFixed(8).replace(/\.?0+$/, '')
}
