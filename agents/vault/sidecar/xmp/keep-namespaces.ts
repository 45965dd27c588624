import { readXmpProperties, type XmpProperties } from './xmp-properties.ts'

/**
 * Puts back the names of namespaces that ExifTool has unified: it writes `http://ns.microsoft.com/photo/1.0` without
 * the slash at the end that digiKam and Windows write and look for.
 *
 * @param written what ExifTool wrote, in UTF-8
 * @param before what was there before
 * @returns what is to be written instead, and what it says
 * @throws MalformedXmlError when that is no XMP
 */
export function keepNamespaces(
  written: Buffer,
  before: XmpProperties,
): { bytes: Buffer; properties: XmpProperties } {
  const wanted = namespacesOf(before)
  const properties = readXmpProperties(written)
  const found = namespacesOf(properties)
  const renamed = [...found]
    .filter((uri) => !wanted.has(uri))
    .flatMap((uri) => {
      const twin = uri.endsWith('/') ? uri.slice(0, -1) : `${uri}/`
      return wanted.has(twin) ? [[uri, twin] as const] : []
    })
  if (renamed.length === 0) return { bytes: written, properties }
  let text = written.toString('utf8')
  for (const [uri, twin] of renamed) {
    text = text.replaceAll(`='${uri}'`, `='${twin}'`).replaceAll(`="${uri}"`, `="${twin}"`)
  }
  const bytes = Buffer.from(text)
  return { bytes, properties: readXmpProperties(bytes) }
}

function namespacesOf(properties: XmpProperties): Set<string> {
  return new Set(Object.keys(properties).map((key) => key.slice(1, key.lastIndexOf('}'))))
}
