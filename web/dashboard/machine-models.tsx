import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { modelsQuery } from '../api/queries.ts'
import styles from './dashboard.module.css'
import { describeModels } from './describe-models.ts'

/** The models that a machine runs now, on one line. */
export function MachineModels({ name }: { name: string }) {
  const tasks = useQuery(modelsQuery).data?.tasks ?? []
  const line = describeModels(tasks, name)
  if (line === null) return null
  return (
    <p className={styles.models}>
      <Link to="/understanding">Looks at pictures</Link> with {line}
    </p>
  )
}
