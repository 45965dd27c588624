import { isDeepStrictEqual } from 'node:util'
import type { CurationField, CurationFields } from '../../../../protocol/curation.ts'
import type { SidecarFields } from '../../../../protocol/sidecar-write.ts'
import type { XmpProperties } from '../xmp/xmp-properties.ts'
import { listKeywords, readKeywords } from './keywords.ts'
import { findDefaultText, findText, findTexts, type PropertyName } from './property.ts'
import {
  type PictureSize,
  type RegionTags,
  readRegions,
  sameRegions,
  type TagValue,
  writeRegions,
} from './regions.ts'
import { readPosition, samePosition, writePosition } from './written-position.ts'
import { readCaptured, writeCaptured } from './written-time.ts'

export type SidecarField = Exclude<CurationField, 'favourite'>

/** What the sidecar and its picture have to say before a field is written. */
export type WriteContext = { regionsBefore: RegionTags; pictureSizePx: PictureSize | null }

/** One field of an asset and its place in a sidecar. */
export type FieldMapping<V> = {
  /** Its properties, and ExifTool's names for them. Whatever `write` leaves out of them is taken away. */
  tags: { [name in PropertyName]: string }
  write(value: V, context: WriteContext): { [name in PropertyName]?: TagValue | undefined }
  read(properties: XmpProperties): V | null
  isSame?(one: V, other: V): boolean
}

type Value<F extends SidecarField> = NonNullable<CurationFields[F]>

/** The one table of which field is which property. `docs/write-back.md` says who reads them. */
export const fieldMappings: { [F in SidecarField]: FieldMapping<Value<F>> } = {
  rating: {
    tags: { 'xmp:Rating': 'XMP-xmp:Rating' },
    write: (rating) => ({ 'xmp:Rating': String(rating) }),
    read: (properties) => {
      const rating = Number(findText(properties, 'xmp:Rating') ?? Number.NaN)
      return rating >= -1 && rating <= 5 ? Math.round(rating) : null
    },
  },
  label: line('xmp:Label', 'XMP-xmp:Label'),
  title: defaultText('dc:title', 'XMP-dc:Title-x-default'),
  description: defaultText('dc:description', 'XMP-dc:Description-x-default'),
  copyright: defaultText('dc:rights', 'XMP-dc:Rights-x-default'),
  creator: {
    tags: { 'dc:creator': 'XMP-dc:Creator' },
    write: (names) => (names.length === 0 ? {} : { 'dc:creator': names }),
    read: (properties) => orNull(findTexts(properties, 'dc:creator')),
  },
  keywords: {
    tags: {
      'dc:subject': 'XMP-dc:Subject',
      'lr:hierarchicalSubject': 'XMP-lr:HierarchicalSubject',
      'digiKam:TagsList': 'XMP-digiKam:TagsList',
    },
    write: (keywords) => {
      const { flat, piped, slashed } = listKeywords(keywords)
      if (flat.length === 0) return {}
      return { 'dc:subject': flat, 'lr:hierarchicalSubject': piped, 'digiKam:TagsList': slashed }
    },
    read: (properties) => orNull(readKeywords(properties)),
    isSame: (one, other) => {
      const [own, theirs] = [one, other].map((paths) =>
        [...new Set(paths.map((path) => path.join('|')))].sort(),
      )
      return isDeepStrictEqual(own, theirs)
    },
  },
  captured: {
    tags: {
      'exif:DateTimeOriginal': 'XMP-exif:DateTimeOriginal',
      'photoshop:DateCreated': 'XMP-photoshop:DateCreated',
    },
    write: (captured) => {
      const text = writeCaptured(captured)
      return { 'exif:DateTimeOriginal': text, 'photoshop:DateCreated': text }
    },
    read: (properties) =>
      readCaptured(findText(properties, 'exif:DateTimeOriginal')) ??
      readCaptured(findText(properties, 'photoshop:DateCreated')),
    isSame: (one, other) => writeCaptured(one) === writeCaptured(other),
  },
  position: {
    tags: {
      'exif:GPSLatitude': 'XMP-exif:GPSLatitude',
      'exif:GPSLongitude': 'XMP-exif:GPSLongitude',
      'exif:GPSAltitude': 'XMP-exif:GPSAltitude',
      'exif:GPSAltitudeRef': 'XMP-exif:GPSAltitudeRef',
    },
    write: writePosition,
    read: readPosition,
    isSame: samePosition,
  },
  place: {
    tags: {
      'photoshop:Country': 'XMP-photoshop:Country',
      'photoshop:State': 'XMP-photoshop:State',
      'photoshop:City': 'XMP-photoshop:City',
      'Iptc4xmpCore:Location': 'XMP-iptcCore:Location',
    },
    write: ({ country, state, city, location }) => ({
      ...(country === null ? {} : { 'photoshop:Country': country }),
      ...(state === null ? {} : { 'photoshop:State': state }),
      ...(city === null ? {} : { 'photoshop:City': city }),
      ...(location === null ? {} : { 'Iptc4xmpCore:Location': location }),
    }),
    read: (properties) => {
      const place = {
        country: findText(properties, 'photoshop:Country') ?? null,
        state: findText(properties, 'photoshop:State') ?? null,
        city: findText(properties, 'photoshop:City') ?? null,
        location: findText(properties, 'Iptc4xmpCore:Location') ?? null,
      }
      return Object.values(place).every((text) => text === null) ? null : place
    },
  },
  regions: {
    tags: { 'mwg-rs:Regions': 'XMP-mwg-rs:RegionInfo', 'MP:RegionInfo': 'XMP-MP:RegionInfoMP' },
    write: (regions, { regionsBefore, pictureSizePx }) => {
      const { mwg, microsoft } = writeRegions(regions, regionsBefore, pictureSizePx)
      return {
        ...(mwg === null ? {} : { 'mwg-rs:Regions': mwg }),
        ...(microsoft === null ? {} : { 'MP:RegionInfo': microsoft }),
      }
    },
    read: (properties) => orNull(readRegions(properties)),
    isSame: sameRegions,
  },
}

export const sidecarFields = Object.keys(fieldMappings) as SidecarField[]

/** What a sidecar says about all fields that it can hold. */
export function readFields(properties: XmpProperties): Required<SidecarFields> {
  const entries = sidecarFields.map((field) => [field, fieldMappings[field].read(properties)])
  return Object.fromEntries(entries) as Required<SidecarFields>
}

function line(name: PropertyName, tag: string): FieldMapping<string> {
  return {
    tags: { [name]: tag },
    write: (text) => ({ [name]: text }),
    read: (properties) => findText(properties, name) ?? null,
  }
}

/** A text of which a sidecar may hold translations: those stay. */
function defaultText(name: PropertyName, tag: string): FieldMapping<string> {
  return {
    tags: { [name]: tag },
    write: (text) => (text === '' ? {} : { [name]: unifyLines(text) }),
    read: (properties) => findDefaultText(properties, name) ?? null,
    isSame: (one, other) => unifyLines(one) === unifyLines(other),
  }
}

/** XML has one kind of line break. */
function unifyLines(text: string): string {
  return text.replace(/\r\n?/g, '\n')
}

function orNull<T>(list: T[]): T[] | null {
  return list.length === 0 ? null : list
}
