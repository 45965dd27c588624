import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { modelsQuery } from '../api/queries.ts'
import { LiveStatus } from '../ui/live-status.tsx'
import { Failure } from '../ui/panel.tsx'
import { TaskPanel } from './task-panel.tsx'
import styles from './understanding.module.css'

/** What models see in the pictures here, which they are, and how far they have come. */
export function UnderstandingPage() {
  const models = useQuery(modelsQuery)
  return (
    <div className={styles.scroller}>
      <div className={styles.page}>
        <Link to="/dashboard" className={styles.back}>
          Dashboard
        </Link>
        <div className={styles.title}>
          <h1>Understanding</h1>
          <LiveStatus />
        </div>
        <p className={styles.intro}>
          Models look at the previews of your pictures, on your own machines; nothing leaves them. What a
          person has confirmed, rejected or drawn stays, whatever model looks again.
        </p>
        {models.isError && <Failure error={models.error} onRetry={() => void models.refetch()} />}
        {models.data?.tasks.map((task) => (
          <TaskPanel key={task.task} task={task} />
        ))}
      </div>
    </div>
  )
}
