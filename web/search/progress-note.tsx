import type { SearchProgress } from '../../protocol/api/vision-routes.ts'
import type { ResultsOf } from '../api/use-collection.ts'
import { useResults } from '../api/use-results.ts'
import { formatCount } from '../ui/format-amount.ts'
import styles from './search.module.css'

/** What the search could not know yet, while a model has not looked at every picture. */
export function ProgressNote({ of }: { of: ResultsOf }) {
  const progress = useResults(of).query.data?.pages[0]?.progress
  if (!progress) return null
  return <p className={styles.note}>{noteOf(progress)}</p>
}

function noteOf({ model, done, total, former }: SearchProgress): string {
  const share = `${formatCount(done)} of ${formatCount(total)} pictures`
  return former === null
    ? `Only what “${model}” has looked at can be found: ${share} so far.`
    : `“${former}” answers, and knows nothing of newer pictures, until “${model}” has looked at all: ${share} so far.`
}
