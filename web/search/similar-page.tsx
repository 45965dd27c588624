import { IconArrowLeft } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { thumbnailUrl } from '../api/asset-urls.ts'
import { assetQuery } from '../api/queries.ts'
import { FilterChips } from '../ui/filter-chips.tsx'
import { tileLabel } from '../ui/tile-label.ts'
import { ProgressNote } from './progress-note.tsx'
import { Results } from './results.tsx'
import styles from './search.module.css'

/** Pictures that are like one, the most similar first. */
export function SimilarPage() {
  const likeId = Number(useParams({ from: '/app/gallery/similar/$likeId' }).likeId)
  const filter = useSearch({ from: '/app/gallery/similar/$likeId' })
  const navigate = useNavigate()
  const like = useQuery(assetQuery(likeId)).data
  const params = { likeId: String(likeId) }
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <div className={styles.like}>
          <Link
            to="/assets/$assetId"
            params={{ assetId: String(likeId) }}
            className={styles.back}
            aria-label="Back to the picture"
          >
            <IconArrowLeft size={20} stroke={1.7} aria-hidden="true" />
            {like && <img src={thumbnailUrl(like, 'tiny')} alt={tileLabel(like)} />}
          </Link>
          <h1>Pictures like this one</h1>
        </div>
        <FilterChips
          filter={filter}
          onChange={(search) => void navigate({ to: '/similar/$likeId', params, search })}
        />
        <ProgressNote of={{ kind: 'similar', likeId, filter }} />
      </div>
      <Results of={{ kind: 'similar', likeId, filter }} label="Pictures like this one" />
    </div>
  )
}
