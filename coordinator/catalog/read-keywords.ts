import type { Tags } from '../../protocol/ingest.ts'
import { tagTexts } from './tag-values.ts'

/** A keyword as one tag gives it: its steps from the root. */
export type FoundKeyword = { path: string[]; tag: string }

/** Where each program keeps them. ACDSee's own and IDimager's hierarchies say what these say as well. */
const hierarchies: [tag: string, separator: RegExp][] = [
  ['XMP:HierarchicalSubject', /[|]/],
  ['XMP:TagsList', /[/]/],
  ['XMP:LastKeywordXMP', /[/]/],
  ['XMP:CatalogSets', /[|]/],
]

const TAKEOUT_PEOPLE = 'JSON:PeopleName'

/**
 * The keywords of one file. A Takeout names people without saying where in the picture they are, so that they can be no
 * regions: they become keywords below `People`, where digiKam keeps names and importers for Immich put these.
 *
 * Programs write a hierarchical keyword once more as flat ones, often with those above it:
 * a flat word that is a step of a hierarchical one says nothing new.
 */
export function readKeywords(tags: Tags): FoundKeyword[] {
  const paths = hierarchies.flatMap(([tag, separator]) =>
    tagTexts(tags, tag).flatMap((text) => {
      const path = text
        .split(separator)
        .map((step) => step.trim())
        .filter((step) => step !== '')
      return path.length > 0 ? [{ path, tag }] : []
    }),
  )
  paths.push(
    ...tagTexts(tags, TAKEOUT_PEOPLE).map((name) => ({ path: ['People', name], tag: TAKEOUT_PEOPLE })),
  )
  const steps = new Set(paths.flatMap(({ path }) => path.map(keyOf)))
  const flat = [
    ...['XMP:Subject', 'IPTC:Keywords'].flatMap((tag) =>
      tagTexts(tags, tag).map((word) => ({ path: [word], tag })),
    ),
    ...tagTexts(tags, 'EXIF:XPKeywords').flatMap((text) =>
      text.split(';').map((word) => ({ path: [word.trim()], tag: 'EXIF:XPKeywords' })),
    ),
  ].filter(({ path }) => path[0] !== '' && !steps.has(keyOf(path[0]!)))
  return distinct([...flat, ...paths])
}

/** Each keyword once, the first spelling of it. */
export function distinct<T extends { path: string[] }>(keywords: readonly T[]): T[] {
  const seen = new Set<string>()
  return keywords.filter(({ path }) => {
    const key = path.map(keyOf).join('|')
    return !seen.has(key) && seen.add(key)
  })
}

function keyOf(word: string): string {
  return word.normalize('NFC')
}
