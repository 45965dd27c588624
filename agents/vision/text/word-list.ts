import { editDistance } from './edit-distance.ts'

/** Words that say nothing about what is in a picture. */
const EMPTY_WORDS = new Set(
  'a an the of in on at with and or my our your some any is are photo photos picture pictures image images'.split(
    ' ',
  ),
)
const MOST_SUGGESTIONS = 8
/** A class that means nothing of what it knows. */
const NOTHING = /^(__)?background(__)?$/

/** What a text comes to: numbers of classes, one list for each thing that was named; and what else could be meant. */
export type Matched = { things: number[][]; suggestions: string[] }

/**
 * The names of a model's classes as words that can be searched for.
 *
 * A class may have several names, divided by commas, as ImageNet writes them: `tabby, tabby cat`. A text is cut
 * into the longest pieces that are names. A piece is, in this order: a name; a name in the plural or singular; the end
 * of longer names, so that *cat* finds every kind of cat that is called so. Misspelt words are not guessed, because
 * *house* is one letter from *mouse*: they come back as suggestions.
 */
export class WordList {
  /** From a name, and from every ending of one that begins at a word, to its classes. */
  readonly #names = new Map<string, Set<number>>()
  readonly #endings = new Map<string, Set<number>>()
  /** Names as they are written, by the form in which they are compared. */
  readonly #written = new Map<string, string>()

  constructor(classes: string[]) {
    classes.forEach((line, id) => {
      if (NOTHING.test(line.trim())) return
      const names = line.split(',').map((name) => name.trim())
      const unbroken = new Set(names.map((name) => wordsOf(name).join(' ')))
      for (const written of names) {
        const words = wordsOf(written)
        if (words.length === 0) continue
        add(this.#names, words.join(' '), id)
        if (!this.#written.has(words.join(' '))) this.#written.set(words.join(' '), written)
        // What is also written as one word is one: a hot dog is no dog.
        if (words.length > 1 && unbroken.has(words.join(''))) continue
        for (let from = 1; from < words.length; from++) add(this.#endings, words.slice(from).join(' '), id)
      }
    })
  }

  match(text: string): Matched {
    const words = wordsOf(text)
    const things: number[][] = []
    const unknown = new Set<string>()
    for (let from = 0; from < words.length; ) {
      const found = this.#longest(words, from)
      if (found) things.push(found.ids)
      else if (!EMPTY_WORDS.has(words[from]!)) unknown.add(words[from]!)
      from += found?.words ?? 1
    }
    return { things, suggestions: this.#suggest(unknown) }
  }

  #longest(words: readonly string[], from: number): { ids: number[]; words: number } | undefined {
    for (const names of [this.#names, this.#endings])
      for (let count = Math.min(words.length - from, 8); count > 0; count--) {
        if (count === 1 && EMPTY_WORDS.has(words[from]!)) continue
        const piece = words.slice(from, from + count).join(' ')
        const ids = [piece, ...otherNumbers(piece)].map((form) => names.get(form)).find(Boolean)
        if (ids) return { ids: [...ids], words: count }
      }
    return undefined
  }

  /** Names that are spelt nearly like a word, or share it; the nearest first. */
  #suggest(unknown: ReadonlySet<string>): string[] {
    const found: { name: string; distance: number }[] = []
    for (const [name, written] of this.#written) {
      const distance = Math.min(...[...unknown].map((word) => nearness(word, name)))
      if (Number.isFinite(distance)) found.push({ name: written, distance })
    }
    return found
      .sort((one, other) => one.distance - other.distance || one.name.length - other.name.length)
      .slice(0, MOST_SUGGESTIONS)
      .map(({ name }) => name.slice(0, 128))
  }
}

/** Fewer is nearer; infinite: nothing in common. */
function nearness(word: string, name: string): number {
  const limit = word.length < 4 ? 0 : word.length < 8 ? 1 : 2
  let nearest = Number.POSITIVE_INFINITY
  for (const part of name.split(' ')) {
    const distance = editDistance(word, part, limit)
    // Part of a longer name is a weaker hint than the name itself.
    if (distance <= limit) nearest = Math.min(nearest, part === name ? distance : distance + 0.5)
    else if (word.length >= 4 && part.length >= 4 && (part.startsWith(word) || word.startsWith(part)))
      nearest = Math.min(nearest, limit + 1)
  }
  return nearest
}

/** Small letters and digits, without accents, in words. */
function wordsOf(text: string): string[] {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/['’]/g, '')
  return plain.match(/[\p{L}\p{N}]+/gu) ?? []
}

/** The last word in the singular where it may be a plural, and the other way round. */
function otherNumbers(piece: string): string[] {
  const forms = [`${piece}s`, `${piece}es`]
  if (piece.endsWith('y')) forms.push(`${piece.slice(0, -1)}ies`)
  if (piece.endsWith('ies')) forms.push(`${piece.slice(0, -3)}y`)
  if (piece.endsWith('es')) forms.push(piece.slice(0, -2))
  if (piece.endsWith('s') && !piece.endsWith('ss')) forms.push(piece.slice(0, -1))
  return forms
}

function add(map: Map<string, Set<number>>, name: string, id: number): void {
  const ids = map.get(name)
  if (ids) ids.add(id)
  else map.set(name, new Set([id]))
}
