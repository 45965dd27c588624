import type { SearchProgress } from '../../protocol/api/vision-routes.ts'
import type { AssetTile } from '../../protocol/assets.ts'
import { AppError } from '../../protocol/errors.ts'
import type { FakeLibrary } from './fake-library.ts'
import { seededRandom } from './seeded-random.ts'

const MODEL = 'clip-vit-b-32@abcdef012345'
/** Months that are searched: enough to scroll, few enough to be quick. */
const SEARCHED_MONTHS = 8

type Filter = {
  kind?: string
  minRating?: number
  favourite?: boolean
  from?: string
  to?: string
  libraryId?: number
}
type Page = { cursor?: string; limit: number }

/** The routes of search over the invented pictures: which answer what is decided by the letters of the question. */
export function searchHandlers(world: { library: FakeLibrary; canSearch: boolean; isAwake?: boolean }) {
  const requireModel = () => {
    if (world.canSearch) return
    throw new AppError(
      'model_missing',
      'No model that understands words is in use: run `hearth models pull clip-vit-b-32` on a machine with a worker.',
    )
  }
  const answer = (seed: string, query: Filter & Page, share: number) => {
    const found = world.library
      .timeline()
      .slice(0, SEARCHED_MONTHS)
      .flatMap(({ bucket, count }) => world.library.tiles(bucket, 0, count) ?? [])
      .map((tile) => ({ ...tile, score: nearness(seed, tile.id) }))
      .filter((tile) => tile.score < share && fits(tile, query))
    const from = Number(query.cursor ?? 0)
    const items = found.slice(from, from + query.limit)
    return { items, nextCursor: from + items.length < found.length ? String(from + items.length) : null }
  }
  return {
    search: ({ query }: { query: { q: string } & Filter & Page }) => {
      requireModel()
      if (query.q === 'night' && !world.isAwake) {
        world.isAwake = true
        throw new AppError('machine_asleep', '“desk” is being woken to answer; ask again in a moment')
      }
      const isListed = query.q === 'puppy'
      const share = query.q === 'nothing' ? 0 : 0.4
      return {
        ...answer(query.q, query, share),
        model: MODEL,
        progress: progressOf(query.q),
        suggestions: isListed ? ['dog', 'golden retriever', 'beagle'] : [],
      }
    },
    listSimilar: ({ params, query }: { params: { id: number }; query: Filter & Page }) => {
      requireModel()
      return { ...answer(`like ${params.id}`, query, 0.2), model: MODEL, progress: null }
    },
    listThings: () => ({
      things: ['boat', 'car', 'dog', 'person', 'truck', 'Zoey'],
      classes: ['person', 'bicycle', 'car', 'boat', 'dog', 'zebra'],
    }),
    listAssets: ({ query }: { query: { text?: string; thing?: string } & Filter & Page }) =>
      answer(
        query.text ?? '',
        query,
        query.thing !== undefined ? 0.02 : query.text === undefined ? 1 : query.text === 'zzz' ? 0 : 0.1,
      ),
  }
}

/** One model replaces another for whoever looks for snow; one has just begun for whoever looks for rain. */
function progressOf(q: string): SearchProgress | null {
  const progress = { model: 'SigLIP base', done: 1_204, total: 50_000 }
  if (q === 'snow') return { ...progress, former: 'CLIP ViT-B/32' }
  return q === 'rain' ? { ...progress, former: null } : null
}

function nearness(seed: string, id: number): number {
  let sum = id
  for (const letter of seed) sum = sum * 31 + (letter.codePointAt(0) ?? 0)
  return seededRandom(sum % 2_147_483_647)()
}

function fits(tile: AssetTile, { kind, minRating, favourite, from, to }: Filter): boolean {
  const day = tile.capturedLocal?.slice(0, 10) ?? ''
  return (
    (kind === undefined || tile.kind === kind) &&
    (minRating === undefined || (tile.rating ?? 0) >= minRating) &&
    (favourite === undefined || tile.favourite === favourite) &&
    (from === undefined || day >= from) &&
    (to === undefined || (day !== '' && day <= to))
  )
}
