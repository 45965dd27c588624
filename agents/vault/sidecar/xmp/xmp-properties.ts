import { MalformedXmlError, parseXml, type XmlElement } from './parse-xml.ts'

/** What a property holds. `qualifiers` say something about the value: its language, mostly. */
export type XmpValue = (
  | { kind: 'text'; text: string }
  | { kind: 'struct'; fields: XmpProperties }
  | { kind: 'array'; form: 'Bag' | 'Seq' | 'Alt'; items: XmpValue[] }
) & { qualifiers?: XmpProperties }

/** Properties by `keyOf` their namespace and name. */
export type XmpProperties = { [key: string]: XmpValue }

export const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#'
export const XML = 'http://www.w3.org/XML/1998/namespace'
const ADOBE_META = 'adobe:ns:meta/'

export function keyOf(namespace: string, name: string): string {
  return `{${namespace}}${name}`
}

/**
 * Reads the properties of an XMP packet, however its RDF is written: as attributes or elements, with nested
 * descriptions or `parseType`. Two files with equal properties say the same.
 *
 * @param bytes UTF-8, or UTF-16 with a byte order mark
 * @throws MalformedXmlError when it is no XML, or no XMP
 */
export function readXmpProperties(bytes: Uint8Array): XmpProperties {
  const root = parseXml(decodeText(bytes))
  const rdf = isNamed(root, RDF, 'RDF') ? root : elementsOf(root).find((child) => isNamed(child, RDF, 'RDF'))
  const isWrapped = root === rdf || (root.namespace === ADOBE_META && /^x[am]pmeta$/.test(root.name))
  if (rdf === undefined || !isWrapped) throw new MalformedXmlError('No XMP', 0)
  if (root !== rdf && elementsOf(root).length > 1) throw new MalformedXmlError('More than XMP', 0)
  const properties: XmpProperties = {}
  for (const description of elementsOf(rdf)) addFields(properties, description)
  return properties
}

function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (error) {
    throw new MalformedXmlError(`No text in ${encoding} (${String(error)})`, 0)
  }
}

/** Attributes and elements of a description or a structure. */
function addFields(into: XmpProperties, element: XmlElement): void {
  requireNoText(element)
  for (const { namespace, name, value } of element.attributes) {
    if (namespace === RDF || namespace === XML || namespace === '') continue
    add(into, keyOf(namespace, name), { kind: 'text', text: value })
  }
  for (const child of elementsOf(element)) add(into, keyOf(child.namespace, child.name), readValue(child))
}

/** A property that is there twice is kept twice: nothing that was there may get lost unseen. */
function add(into: XmpProperties, key: string, value: XmpValue): void {
  let free = key
  for (let count = 2; Object.hasOwn(into, free); count += 1) free = `${key} ${count}`
  into[free] = value
}

function readValue(element: XmlElement): XmpValue {
  const qualifiers: XmpProperties = {}
  for (const { namespace, name, value } of element.attributes) {
    if (namespace === XML) qualifiers[keyOf(namespace, name)] = { kind: 'text', text: value }
  }
  return qualified(readBareValue(element), qualifiers)
}

function readBareValue(element: XmlElement): XmpValue {
  const parseType = attributeOf(element, 'parseType')
  if (parseType === 'Resource') return readStruct(element)
  if (parseType !== undefined) return { kind: 'text', text: JSON.stringify(element.children) }
  const resource = attributeOf(element, 'resource')
  if (resource !== undefined) return { kind: 'text', text: resource }
  const [inner, ...others] = elementsOf(element)
  if (inner === undefined) {
    const hasFields = element.attributes.some(({ namespace }) => namespace !== RDF && namespace !== XML)
    if (hasFields) return readStruct(element)
    return { kind: 'text', text: element.children.join('') }
  }
  requireNoText(element)
  if (others.length > 0) throw new MalformedXmlError(`${element.name} holds more than one value`, 0)
  if (inner.namespace === RDF && (inner.name === 'Bag' || inner.name === 'Seq' || inner.name === 'Alt')) {
    requireNoText(inner)
    return { kind: 'array', form: inner.name, items: elementsOf(inner).map(readValue) }
  }
  return readStruct(inner)
}

/** A structure; one with `rdf:value` is that value with qualifiers. */
function readStruct(element: XmlElement): XmpValue {
  const fields: XmpProperties = {}
  addFields(fields, element)
  const { [keyOf(RDF, 'value')]: value, ...qualifiers } = fields
  return value === undefined ? { kind: 'struct', fields } : qualified(value, qualifiers)
}

function qualified(value: XmpValue, qualifiers: XmpProperties): XmpValue {
  if (Object.keys(qualifiers).length === 0) return value
  return { ...value, qualifiers: { ...value.qualifiers, ...qualifiers } }
}

function elementsOf(element: XmlElement): XmlElement[] {
  return element.children.filter((child) => typeof child !== 'string')
}

function requireNoText(element: XmlElement): void {
  const hasText = element.children.some((child) => typeof child === 'string' && /\S/.test(child))
  if (hasText) throw new MalformedXmlError(`Text beside elements in ${element.name}`, 0)
}

function isNamed(element: XmlElement, namespace: string, name: string): boolean {
  return element.namespace === namespace && element.name === name
}

function attributeOf(element: XmlElement, name: string): string | undefined {
  return element.attributes.find((attribute) => attribute.namespace === RDF && attribute.name === name)?.value
}
