import { useQuery } from '@tanstack/react-query'
import { jobSummaryQuery, librariesQuery } from '../api/queries.ts'
import { withLocalTimes } from '../ui/local-times.ts'
import { Meter } from '../ui/meter.tsx'
import { useNow } from '../ui/use-now.ts'
import styles from './banner.module.css'
import { ingestProgress } from './ingest-progress.ts'

/** One quiet line over the pictures while more of them are on their way. */
export function ScanStatus() {
  const libraries = useQuery(librariesQuery).data?.items ?? []
  const kinds = useQuery(jobSummaryQuery).data?.kinds ?? []
  const nowMs = useNow(30_000)
  const progress = ingestProgress(libraries, kinds)
  if (!progress) return null
  const why = progress.waitsFor && withLocalTimes(progress.waitsFor, nowMs)
  return (
    <div className={styles.status}>
      <p>
        <strong>{progress.waitsFor ? 'Waiting' : 'Reading your pictures'}</strong>
        <span className={styles.words}>{[...progress.words, ...(why ? [why] : [])].join(' · ')}</span>
      </p>
      {!progress.waitsFor && <Meter value={progress.share} label="Pictures read" />}
    </div>
  )
}
