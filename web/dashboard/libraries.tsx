import { useQuery } from '@tanstack/react-query'
import { librariesQuery } from '../api/queries.ts'
import { Failure, Nothing, Panel } from '../ui/panel.tsx'
import styles from './dashboard.module.css'
import { Library } from './library.tsx'

/** The folders that are looked after, with their scans. */
export function Libraries() {
  const libraries = useQuery(librariesQuery)
  return (
    <Panel title="Libraries">
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
