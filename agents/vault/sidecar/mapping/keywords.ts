import type { KeywordPath } from '../../../../protocol/curation.ts'
import type { XmpProperties } from '../xmp/xmp-properties.ts'
import { findTexts } from './property.ts'

/** The same keywords in the three ways that programs look for them. */
export type KeywordLists = {
  /** Every step once, for programs that know no hierarchy: who looks for `Italy` finds what is tagged `Rome`. */
  flat: string[]
  /** `Places|Italy|Rome`, as Lightroom has it. */
  piped: string[]
  /** `Places/Italy/Rome`, as digiKam has it. */
  slashed: string[]
}

/** Flat keywords are in all three lists, as both programs do it, so that the hierarchical lists are complete. */
export function listKeywords(keywords: readonly KeywordPath[]): KeywordLists {
  return {
    flat: [...new Set(keywords.flat())],
    piped: [...new Set(keywords.map((path) => path.join('|')))],
    slashed: [...new Set(keywords.map((path) => path.join('/')))],
  }
}

/** Hierarchical keywords, and those flat ones that are no step of any. */
export function readKeywords(properties: XmpProperties): KeywordPath[] {
  const paths = [
    ...findTexts(properties, 'digiKam:TagsList').map((text) => text.split('/')),
    ...findTexts(properties, 'lr:hierarchicalSubject').map((text) => text.split('|')),
  ].map((path) => path.map((step) => step.trim()).filter((step) => step !== ''))
  const steps = new Set(paths.flat())
  const flat = findTexts(properties, 'dc:subject')
    .map((text) => text.trim())
    .filter((text) => text !== '' && !steps.has(text))
  const all = [...paths.filter((path) => path.length > 0), ...flat.map((text) => [text])]
  return [...new Map(all.map((path) => [path.join('|'), path])).values()]
}
