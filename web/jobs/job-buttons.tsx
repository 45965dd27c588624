import { Button } from '@mantine/core'
import type { JobView } from '../../protocol/fleet.ts'
import { useJobActions } from '../api/use-job-actions.ts'
import { useIsAdmin } from '../api/use-session.ts'
import styles from './jobs.module.css'

/** What may be done to a job in its state; nothing for one that is done. */
export function JobButtons({ job }: { job: JobView }) {
  const isAdmin = useIsAdmin()
  const { retry, cancel } = useJobActions(job.id)
  const mayRetry = job.state === 'dead' || job.state === 'cancelled'
  const mayCancel = job.state === 'queued' || job.state === 'leased'
  if (!isAdmin || !(mayRetry || mayCancel)) return null
  return (
    <div className={styles.buttons}>
      {mayRetry && (
        <Button size="sm" loading={retry.isPending} onClick={() => retry.mutate()}>
          Try again
        </Button>
      )}
      {mayCancel && (
        <Button
          size="sm"
          variant="default"
          loading={cancel.isPending}
          onClick={() => cancel.mutate()}
          title={job.state === 'leased' ? 'Stops it within a second' : undefined}
        >
          Cancel
        </Button>
      )}
    </div>
  )
}
