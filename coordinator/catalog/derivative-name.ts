import { fileFamily } from '../../protocol/file-formats.ts'
import type { PathName } from '../../protocol/path-name.ts'
import { baseNameOf, stemOf } from './base-name.ts'

/** What a name says it was made from. Whether it is so depends on what lies beside it. */
export type Derivation = {
  base: PathName
  /**
   * `word`: an editor's name for its result. `developed`: the whole name of a file and one more extension,
   * `a.CR2.jpg`. `copy`, `tilde`, `counter`: ` (1)`, `~2`, `_001`, which may as
   * well count pictures. `live`: the movie of a Live Photo under the name that a download tool gives it.
   */
  kind: 'word' | 'developed' | 'copy' | 'tilde' | 'counter' | 'live'
  /** The number of `copy`, `tilde` and `counter`; 0 otherwise. */
  number: number
}

/**
 * Results of editors: phones (`_edit`), Google Photos (`-edited` in the languages of its Takeout, `-EFFECTS`,
 * `-COLLAGE`, `-ANIMATION`), Lightroom (`-Enhanced-NR`), and the copies that Finder and Explorer make.
 */
const wordSuffix = new RegExp(
  `(?:${[
    '[-_ ](?:edit|edited|bearbeitet|modifi(?:é|e\u0301)|editad[oa]|modificato|bewerkt|redigera[dt]|redigeret|muokattu|edytowan[eay]|編集済み|已修改|수정됨)',
    '-(?:EFFECTS|COLLAGE|ANIMATION|MIX)',
    '-Enhanced(?:-(?:NR|SR|RD))*',
    '(?: -)? copy',
  ].join('|')})$`,
  'i',
)

/** `IMG_1234-edited(1)` is made from `IMG_1234(1)`: Takeout puts the counter of equal names last. */
const takeoutEdited = /^(.+)-edited(\(\d+\))$/i

/** iOS writes `IMG_E1234` for the edited `IMG_1234`. */
const iphoneEdited = /^IMG_E(\d{4,}(?:\(\d+\))?)$/i

/** Reads one suffix off a base name; null when it has none. */
export function derivationOf(base: PathName): Derivation | null {
  const family = fileFamily(base)
  if (family === 'image' || family === 'raw') return named(stemOf(base), 'developed', 0)

  const iphone = iphoneEdited.exec(base)
  if (iphone !== null) return { base: `${base.slice(0, 4)}${iphone[1]}`, kind: 'word', number: 0 }

  const takeout = takeoutEdited.exec(base)
  if (takeout !== null) return { base: `${takeout[1]}${takeout[2]}`, kind: 'word', number: 0 }

  const word = wordSuffix.exec(base)
  if (word !== null) return named(base.slice(0, word.index), 'word', 0)

  // `a(1)` without the space is not here: Takeout writes it for another picture of the same name.
  const copy = / \(([1-9]\d?)\)$/.exec(base)
  if (copy !== null) return named(base.slice(0, copy.index), 'copy', Number(copy[1]))

  // From 2 on: `IMG_20~1` is how old Windows shortens any long name.
  const tilde = /~([2-9]|[1-9]\d)$/.exec(base)
  if (tilde !== null) return named(base.slice(0, tilde.index), 'tilde', Number(tilde[1]))

  const counter = /_(?!000)(\d{3})$/.exec(base)
  if (counter !== null) return named(base.slice(0, counter.index), 'counter', Number(counter[1]))

  const live = /_HEVC$/i.exec(base)
  if (live !== null) return named(base.slice(0, live.index), 'live', 0)

  return null
}

function named(stem: PathName, kind: Derivation['kind'], number: number): Derivation | null {
  return stem === '' ? null : { base: baseNameOf(stem).base, kind, number }
}

/** Ends with a day, perhaps with a time of day. A counter after it counts the pictures of that day or second. */
const endsWithTime =
  /(?<!\d)(?:19|20)\d\d([-_.:]?)[01]\d\1[0-3]\d(?:[-_. T]*(?:at |um )?\d{1,2}[-_.:h]?\d\d[-_.:m]?\d\d(?:[-_.]?\d{1,6})?)?$/

/** As above, in the spelling of programs that count within one second; cameras write `20240501_140322`. */
const endsWithSpelledTime =
  /(?<!\d)(?:19|20)\d\d([-_.:]?)[01]\d\1[0-3]\d(?:[-_. T]*(?:at |um )?\d{1,2}[-_.:h]\d\d[-_.:m]\d\d)?$/

/** Whether a number after `base` is more likely the next picture than another version of this one. */
export function countsPictures(base: PathName, kind: Derivation['kind']): boolean {
  if (kind === 'counter') return endsWithTime.test(base)
  if (kind === 'copy') return endsWithSpelledTime.test(base)
  return false
}
