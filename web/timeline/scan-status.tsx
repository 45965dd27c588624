import { useQuery } from '@tanstack/react-query'
import { jobSummaryQuery, librariesQuery } from '../api/queries.ts'
import { Meter } from '../ui/meter.tsx'
import styles from './banner.module.css'
import { ingestProgress } from './ingest-progress.ts'

/** One quiet line over the pictures while more of them are on their way. */
export function ScanStatus() {
  const libraries = useQuery(librariesQuery).data?.items ?? []
  const kinds = useQuery(jobSummaryQuery).data?.kinds ?? []
  const progress = ingestProgress(libraries, kinds)
  if (!progress) return null
  return (
    <div className={styles.status}>
      <p>
        <strong>{progress.waitsFor ? 'Waiting' : 'Reading your pictures'}</strong>
        <span className={styles.words}>
          {[...progress.words, ...(progress.waitsFor ? [progress.waitsFor] : [])].join(' · ')}
        </span>
      </p>
      {!progress.waitsFor && <Meter value={progress.share} label="Pictures read" />}
    </div>
  )
}
