import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { librariesQuery, writeBackCountsQuery } from '../api/queries.ts'
import { Failure, Nothing, Panel } from '../ui/panel.tsx'
import styles from './dashboard.module.css'
import { Library } from './library.tsx'

/** The folders that are looked after, with their scans. */
export function Libraries() {
  const libraries = useQuery(librariesQuery)
  return (
    <Panel title="Libraries" aside={<WriteBacksLink />}>
      {libraries.isError && <Failure error={libraries.error} onRetry={() => void libraries.refetch()} />}
      {libraries.data?.items.length === 0 && (
        <Nothing>No folder has been added yet. The page of photos offers to.</Nothing>
      )}
      <ul className={styles.rows}>
        {libraries.data?.items.map((library) => (
          <Library key={library.id} library={library} />
        ))}
      </ul>
    </Panel>
  )
}

/** With the number of those that wait for somebody. */
function WriteBacksLink() {
  const states = useQuery(writeBackCountsQuery).data?.states
  const open = (states?.failed ?? 0) + (states?.conflict ?? 0) + (states?.waiting_approval ?? 0)
  return (
    <Link to="/write-backs" className={styles.more}>
      Write-backs{open > 0 && ` · ${open} need somebody`}
    </Link>
  )
}
