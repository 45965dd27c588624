import { z } from 'zod'
import type { CuratedValues } from '../../protocol/edits.ts'
import type { Tags } from '../../protocol/ingest.ts'
import { storableText } from '../../protocol/media.ts'
import { tagTexts } from './tag-values.ts'

type FoundRegion = NonNullable<CuratedValues['regions']>[number]
export type FoundRegions = {
  regions: FoundRegion[]
  /** Of the picture that they are parts of, in pixels, which may be a smaller copy; null: not known. */
  appliedTo: { width: number; height: number } | null
  tag: string
}

/** What cameras mark for themselves is no region that somebody has named. */
const objectTypes = /^(?:pet|object|other|thing|)$/i

const number = z.coerce.number().finite()
const AppliedTo = z.object({ W: number.positive(), H: number.positive() })
const MwgInfo = z.object({
  AppliedToDimensions: AppliedTo.optional().catch(undefined),
  RegionList: z.array(
    z.object({
      Area: z.object({ X: number, Y: number, W: number, H: number, Unit: z.string().default('normalized') }),
      Name: z.coerce.string().default(''),
      Type: z.coerce.string().default('Face'),
    }),
  ),
})
const MicrosoftInfo = z.object({
  Regions: z.array(
    z.object({ Rectangle: z.string().default(''), PersonDisplayName: z.coerce.string().default('') }),
  ),
})

/**
 * People and things that somebody has marked and named: by the Metadata Working Group's regions, else by Microsoft's.
 * ExifTool gives them as structures or, without `-struct`, as lists from which what is missing is left out: names that
 * cannot be matched to their boxes are passed over.
 */
export function readRegions(tags: Tags): FoundRegions | null {
  const mwg = readMwg(tags)
  if (mwg.regions.length > 0) return { ...mwg, tag: 'XMP:RegionInfo' }
  const regions = readMicrosoft(tags)
  return regions.length > 0 ? { regions, appliedTo: null, tag: 'XMP:RegionInfoMP' } : null
}

function readMwg(tags: Tags): Omit<FoundRegions, 'tag'> {
  const { data } = MwgInfo.safeParse(tags['XMP:RegionInfo'] ?? flatMwg(tags))
  const size = data?.AppliedToDimensions
  const regions = (data?.RegionList ?? []).flatMap(({ Area, Name, Type }) => {
    const kind = /^face$/i.test(Type) ? 'person' : objectTypes.test(Type) ? 'object' : null
    if (kind === null || Area.Unit !== 'normalized') return []
    return regionOf(kind, Name, [Area.X - Area.W / 2, Area.Y - Area.H / 2, Area.W, Area.H])
  })
  return { regions, appliedTo: size ? { width: size.W, height: size.H } : null }
}

function flatMwg(tags: Tags): unknown {
  const [xs, ys, ws, hs] = ['X', 'Y', 'W', 'H'].map((side) => tagTexts(tags, `XMP:RegionArea${side}`))
  const types = tagTexts(tags, 'XMP:RegionType')
  const names = tagTexts(tags, 'XMP:RegionName')
  if (new Set([xs?.length, ys?.length, ws?.length, hs?.length]).size > 1) return null
  if (types.length > 0 && types.length !== xs?.length) return null
  const isNamed = types.map((type) => /^(?:face|pet)$/i.test(type))
  const named = names.length === xs?.length ? isNamed.map(() => true) : isNamed
  if (types.length > 0 && named.filter(Boolean).length !== names.length) return null
  let next = 0
  return {
    AppliedToDimensions: {
      W: tags['XMP:RegionAppliedToDimensionsW'],
      H: tags['XMP:RegionAppliedToDimensionsH'],
    },
    RegionList: xs?.map((X, index) => ({
      Area: { X, Y: ys?.[index], W: ws?.[index], H: hs?.[index] },
      Name: types.length === 0 || named[index] ? (names[next++] ?? '') : '',
      Type: types[index] ?? 'Face',
    })),
  }
}

function readMicrosoft(tags: Tags): FoundRegion[] {
  const rectangles = tagTexts(tags, 'XMP:RegionRectangle')
  const names = tagTexts(tags, 'XMP:RegionPersonDisplayName')
  const flat =
    rectangles.length === names.length
      ? {
          Regions: rectangles.map((Rectangle, index) => ({
            Rectangle,
            PersonDisplayName: names[index],
          })),
        }
      : null
  const { data } = MicrosoftInfo.safeParse(tags['XMP:RegionInfoMP'] ?? flat)
  return (data?.Regions ?? []).flatMap(({ Rectangle, PersonDisplayName }) =>
    regionOf('person', PersonDisplayName, Rectangle.split(',').map(Number)),
  )
}

/** Nothing without a name; what leaves the picture is cut off at its edge. */
function regionOf(kind: FoundRegion['kind'], name: string, box: number[]): FoundRegion[] {
  const [x, y, width, height] = box
  const plain = storableText(name).trim()
  if (plain === '' || x === undefined || y === undefined || !width || !height || box.length !== 4) return []
  if (!box.every(Number.isFinite)) return []
  const left = clamp(x)
  const top = clamp(y)
  const right = clamp(x + width)
  const bottom = clamp(y + height)
  if (right <= left || bottom <= top) return []
  return [{ kind, name: plain, box: [left, top, round(right - left), round(bottom - top)] }]
}

function clamp(fraction: number): number {
  return round(Math.min(1, Math.max(0, fraction)))
}

/** Ten digits are more than any program writes; the rest is noise of binary fractions. */
function round(fraction: number): number {
  return Math.round(fraction * 1e10) / 1e10
}
