/** A thing that a question names, and what else it asks for. */
export type NamedThing = { thing: string; rest: string | undefined }

/** They say nothing about a picture. */
const emptyWords = new Set([
  ...[
    'a',
    'all',
    'an',
    'and',
    'any',
    'every',
    'me',
    'my',
    'of',
    'our',
    'photo',
    'photos',
    'picture',
    'pictures',
  ],
  ...['show', 'the', 'with'],
])

/**
 * Which of the things known by name a question names: “all trucks” names the truck, “Zoey in the snow” names Zoey
 * and asks for snow. The longest names first, so that a fire truck comes before a truck.
 */
export function nameThings(question: string, things: readonly string[], most = 6): NamedThing[] {
  const asked = wordsOf(question)
  const named = things.flatMap((thing) => {
    const name = wordsOf(thing)
    const at = placeOf(name, asked)
    return at < 0 ? [] : [{ thing, words: name.length, rest: restOf(question, asked, at, name.length) }]
  })
  return named
    .sort((a, b) => b.words - a.words)
    .slice(0, most)
    .map(({ thing, rest }) => ({ thing, rest }))
}

type Word = { text: string; start: number; end: number }

function wordsOf(text: string): Word[] {
  return [...text.matchAll(/[\p{L}\p{M}\p{N}]+/gu)].map((match) => ({
    text: match[0].normalize('NFC').toLowerCase(),
    start: match.index,
    end: match.index + match[0].length,
  }))
}

/** Where all words of a name stand together; −1 when they do not. The last one may be in the plural. */
function placeOf(name: readonly Word[], asked: readonly Word[]): number {
  if (name.length === 0) return -1
  return asked.findIndex((_, at) =>
    name.every(({ text }, offset) => {
      const word = asked[at + offset]?.text
      if (word === undefined) return false
      return word === text || (offset === name.length - 1 && pluralsOf(text).includes(word))
    }),
  )
}

/** Of English words, as the models have them. */
function pluralsOf(word: string): string[] {
  if (word === 'person') return ['people', 'persons']
  if (/[^aeiou]y$/.test(word)) return [`${word.slice(0, -1)}ies`]
  if (/(s|x|z|ch|sh)$/.test(word)) return [`${word}es`]
  if (/(kni|shel)f$|fe$/.test(word)) return [word.replace(/fe?$/, 'ves'), `${word}s`]
  return [`${word}s`, `${word}es`]
}

/** The question without the name, if that still asks for something. */
function restOf(question: string, asked: readonly Word[], at: number, count: number): string | undefined {
  const first = asked[at]
  const last = asked[at + count - 1]
  if (!first || !last) return undefined
  const others = [...asked.slice(0, at), ...asked.slice(at + count)]
  if (others.every(({ text }) => emptyWords.has(text))) return undefined
  const rest = `${question.slice(0, first.start)} ${question.slice(last.end)}`
  return rest.replace(/\s+/g, ' ').trim()
}
