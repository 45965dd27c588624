import { readXmpProperties, type XmpProperties } from './xmp-properties.ts'

/**
 * Puts back the names of namespaces that ExifTool has unified: it writes `http://ns.microsoft.com/photo/1.0` without
 * the slash at the end that digiKam and Windows write and look for.
 *
 * @param written what ExifTool wrote, in UTF-8
 * @param before what was there before
 * @returns `written` itself when there is nothing to put back
 */
export function keepNamespaces(written: Buffer, before: XmpProperties): Buffer {
  const wanted = namespacesOf(before)
  const found = namespacesOf(readXmpProperties(written))
  const renamed = [...found]
    .filter((uri) => !wanted.has(uri))
    .flatMap((uri) => {
      const twin = uri.endsWith('/') ? uri.slice(0, -1) : `${uri}/`
      return wanted.has(twin) ? [[uri, twin] as const] : []
    })
  if (renamed.length === 0) return written
  let text = written.toString('utf8')
  for (const [uri, twin] of renamed) {
    text = text.replaceAll(`='${uri}'`, `='${twin}'`).replaceAll(`="${uri}"`, `="${twin}"`)
  }
  return Buffer.from(text)
}

function namespacesOf(properties: XmpProperties): Set<string> {
  return new Set(Object.keys(properties).map((key) => key.slice(1, key.lastIndexOf('}'))))
}
