import { keyOf, XML, type XmpProperties, type XmpValue } from '../xmp/xmp-properties.ts'

const namespaces = {
  dc: 'http://purl.org/dc/elements/1.1/',
  digiKam: 'http://www.digikam.org/ns/1.0/',
  crs: 'http://ns.adobe.com/camera-raw-settings/1.0/',
  exif: 'http://ns.adobe.com/exif/1.0/',
  hearth: 'urn:uuid:3c0f6f2e-5b0e-4a53-9d0c-2f6f8a1f7e64#',
  Iptc4xmpCore: 'http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/',
  lr: 'http://ns.adobe.com/lightroom/1.0/',
  MP: 'http://ns.microsoft.com/photo/1.2/',
  MPRI: 'http://ns.microsoft.com/photo/1.2/t/RegionInfo#',
  MPReg: 'http://ns.microsoft.com/photo/1.2/t/Region#',
  'mwg-rs': 'http://www.metadataworkinggroup.com/schemas/regions/',
  photoshop: 'http://ns.adobe.com/photoshop/1.0/',
  stArea: 'http://ns.adobe.com/xmp/sType/Area#',
  xmp: 'http://ns.adobe.com/xap/1.0/',
  xmpMM: 'http://ns.adobe.com/xap/1.0/mm/',
} as const

/** The usual short name of a property: `dc:title`. */
export type PropertyName = `${keyof typeof namespaces}:${string}`

export function propertyKey(name: PropertyName): string {
  const colon = name.indexOf(':')
  return keyOf(namespaces[name.slice(0, colon) as keyof typeof namespaces], name.slice(colon + 1))
}

export function findProperty(properties: XmpProperties, name: PropertyName): XmpValue | undefined {
  return properties[propertyKey(name)]
}

/** A plain text; undefined when it is empty or something else. */
export function textOf(value: XmpValue | undefined): string | undefined {
  return value?.kind === 'text' && value.text !== '' ? value.text : undefined
}

export function findText(properties: XmpProperties, name: PropertyName): string | undefined {
  return textOf(findProperty(properties, name))
}

/** The texts of a list; a single text, which some programs write instead, is a list of one. */
export function findTexts(properties: XmpProperties, name: PropertyName): string[] {
  const value = findProperty(properties, name)
  const items = value?.kind === 'array' ? value.items : [value]
  return items.map(textOf).filter((text) => text !== undefined)
}

/** A text in the language that a reader gets who asks for none. */
export function findDefaultText(properties: XmpProperties, name: PropertyName): string | undefined {
  const value = findProperty(properties, name)
  if (value?.kind !== 'array') return textOf(value)
  return textOf(value.items.find(isDefaultLanguage))
}

export function isDefaultLanguage(value: XmpValue): boolean {
  return textOf(value.qualifiers?.[keyOf(XML, 'lang')]) === 'x-default'
}
