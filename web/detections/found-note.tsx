import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { detectionsQuery } from '../api/detections-query.ts'
import { modelsQuery } from '../api/queries.ts'
import { countOf } from '../ui/format-amount.ts'
import { errorSentence } from '../ui/page-error.tsx'
import styles from './detections.module.css'

type FoundNoteProps = { assetId: number; withRejected: boolean; onRejected: (isShown: boolean) => void }

/** How much was found; where nothing was, why that may be. */
export function FoundNote({ assetId, withRejected, onRejected }: FoundNoteProps) {
  const detections = useQuery(detectionsQuery(assetId))
  const all = detections.data?.detections ?? []
  const rejected = all.filter(({ review }) => review === 'rejected').length
  const found = all.length - rejected
  return (
    <p className={styles.note} role="status">
      {detections.isError
        ? errorSentence(detections.error)
        : detections.isPending
          ? 'Asking what was found…'
          : found > 0
            ? countOf(found, 'thing')
            : 'Nothing was found in this picture.'}
      {detections.isSuccess && all.length === 0 && <NoModel />}
      {rejected > 0 && (
        <button type="button" aria-pressed={withRejected} onClick={() => onRejected(!withRejected)}>
          {withRejected ? 'Hide' : 'Show'} {rejected} rejected
        </button>
      )}
    </p>
  )
}

/** Nothing can be found where nobody looks. */
function NoModel() {
  const tasks = useQuery(modelsQuery).data?.tasks ?? []
  const looks = tasks.some(({ task, inUse }) => (task === 'detect' || task === 'faces') && inUse !== null)
  if (tasks.length === 0 || looks) return null
  return <Link to="/understanding">No model looks for things yet</Link>
}
