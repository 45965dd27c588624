/** The text is no XML, or XML of a kind that no sidecar needs. */
export class MalformedXmlError extends Error {
  /** @param at offset in characters */
  constructor(what: string, at: number) {
    super(`${what} at character ${at}`)
    this.name = 'MalformedXmlError'
  }
}

export type XmlAttribute = { namespace: string; name: string; value: string }

export type XmlElement = {
  /** URI; empty without one. */
  namespace: string
  name: string
  /** Without declarations of namespaces. */
  attributes: XmlAttribute[]
  children: (XmlElement | string)[]
}

type Scope = ReadonlyMap<string, string>
type Open = { element: XmlElement; qualifiedName: string; scope: Scope }

const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace'
const MAX_DEPTH = 256
const NAME = '[\\p{L}_][\\p{L}\\p{N}\\p{M}._\\-·]*'
const QUALIFIED = `${NAME}(?::${NAME})?`

const startTag = new RegExp(
  `<(${QUALIFIED})((?:\\s+${QUALIFIED}\\s*=\\s*(?:"[^"<]*"|'[^'<]*'))*)\\s*(/?)>`,
  'uy',
)
const endTag = new RegExp(`</(${QUALIFIED})\\s*>`, 'uy')
const attribute = new RegExp(`(${QUALIFIED})\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'gu')
const commentStart = /<!--/y
const instruction = /<\?[\s\S]*?\?>/y
const characterData = /<!\[CDATA\[([\s\S]*?)\]\]>/y
const text = /[^<]+/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what XML cannot hold
const illegal = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/
const entities: ReadonlyMap<string, string> = new Map([
  ...[['amp', '&'] as const, ['lt', '<'] as const, ['gt', '>'] as const],
  ...[['quot', '"'] as const, ['apos', "'"] as const],
])

/**
 * Parses an XML document with namespaces.
 *
 * Strict, because what is understood in part would be written back in part. There is no DTD and so no entity but the
 * five of XML itself: nothing can be fetched, and nothing grows.
 *
 * @throws MalformedXmlError
 */
export function parseXml(document: string): XmlElement {
  const bad = illegal.exec(document)
  if (bad !== null) throw new MalformedXmlError('A character that XML cannot hold', bad.index)
  if (!document.isWellFormed()) throw new MalformedXmlError('Half a character', 0)
  const source = document.replace(/\r\n?/g, '\n')
  const stack: Open[] = []
  let root: XmlElement | undefined
  let at = 0
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const found = pattern.exec(source)
    if (found !== null) at = pattern.lastIndex
    return found
  }
  const append = (value: string, from: number) => {
    const parent = stack.at(-1)?.element
    if (parent !== undefined) parent.children.push(value)
    else if (/\S/.test(value)) throw new MalformedXmlError('Text outside of the document', from)
  }
  while (at < source.length) {
    const from = at
    const plain = match(text)?.[0]
    if (plain !== undefined) {
      if (plain.includes(']]>'))
        throw new MalformedXmlError('The end of character data without its start', from)
      append(decodeEntities(plain, from), from)
      continue
    }
    if (match(commentStart) !== null) {
      // The first `--` ends it, or it is none. Not by a pattern: comments may have megabytes.
      const dashes = source.indexOf('--', at)
      if (dashes === -1 || source[dashes + 2] !== '>') throw new MalformedXmlError('A broken comment', from)
      at = dashes + 3
      continue
    }
    if (match(instruction) !== null) continue
    const data = match(characterData)
    if (data !== null) {
      append(data[1] ?? '', from)
      continue
    }
    const start = match(startTag)
    if (start !== null) {
      if (root !== undefined && stack.length === 0) throw new MalformedXmlError('A second document', from)
      if (stack.length >= MAX_DEPTH) throw new MalformedXmlError('Elements too deep in one another', from)
      const opened = openElement(start, stack.at(-1)?.scope ?? new Map([['xml', XML_NAMESPACE]]), from)
      stack.at(-1)?.element.children.push(opened.element)
      root ??= opened.element
      if (start[3] === '') stack.push(opened)
      continue
    }
    const end = match(endTag)
    if (end === null || stack.pop()?.qualifiedName !== end[1]) {
      const what = source.startsWith('<!DOCTYPE', from)
        ? 'A document type, which sidecars do not have,'
        : 'Broken markup'
      throw new MalformedXmlError(what, from)
    }
  }
  if (root === undefined || stack.length > 0) throw new MalformedXmlError('The document ends too early', at)
  return root
}

function openElement(tag: RegExpExecArray, outer: Scope, at: number): Open {
  const [, qualifiedName = '', attributesText = ''] = tag
  const written = [...attributesText.matchAll(attribute)].map(([, name = '', double, single]) => ({
    name,
    value: decodeEntities(double ?? single ?? '', at).replace(/[\t\n]/g, ' '),
  }))
  if (new Set(written.map(({ name }) => name)).size !== written.length) {
    throw new MalformedXmlError('An attribute twice', at)
  }
  const isDeclaration = (name: string) => name === 'xmlns' || name.startsWith('xmlns:')
  const declared = written
    .filter(({ name }) => isDeclaration(name))
    .map(({ name, value }) => [name === 'xmlns' ? '' : name.slice(6), value] as const)
  const scope = declared.length === 0 ? outer : new Map([...outer, ...declared])
  const resolve = (name: string, standard: string): { namespace: string; name: string } => {
    const colon = name.indexOf(':')
    if (colon === -1) return { namespace: standard, name }
    const namespace = scope.get(name.slice(0, colon))
    if (namespace === undefined) throw new MalformedXmlError(`The unknown prefix of ${name}`, at)
    return { namespace, name: name.slice(colon + 1) }
  }
  const attributes = written
    .filter(({ name }) => !isDeclaration(name))
    .map(({ name, value }) => ({ ...resolve(name, ''), value }))
  const element = { ...resolve(qualifiedName, scope.get('') ?? ''), attributes, children: [] }
  return { element, qualifiedName, scope }
}

function decodeEntities(raw: string, at: number): string {
  if (!raw.includes('&')) return raw
  return raw.replace(/&([^;&]{0,40};)?/g, (whole, body: string | undefined) => {
    const name = body?.slice(0, -1) ?? ''
    const known = entities.get(name)
    if (known !== undefined) return known
    const digits = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(name)
    const code = digits === null ? -1 : Number.parseInt(digits[1] ?? digits[2] ?? '', digits[1] ? 16 : 10)
    const isLegal = code === 9 || code === 10 || code === 13 || (code >= 0x20 && code <= 0x10ffff)
    if (!isLegal || (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff) {
      throw new MalformedXmlError(`The unknown entity ${whole}`, at)
    }
    return String.fromCodePoint(code)
  })
}
