import { Drawer } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { AppError } from '../../protocol/errors.ts'
import { jobQuery } from '../api/queries.ts'
import drawerStyles from '../ui/drawer.module.css'
import { errorSentence } from '../ui/page-error.tsx'
import { Failure, Nothing } from '../ui/panel.tsx'
import { useReturnFocus } from '../ui/use-return-focus.ts'
import { JobSheet } from './job-sheet.tsx'

/** One job beside the list it was chosen from; closing it leads back there. */
export function JobDrawer() {
  const { jobId } = useParams({ from: '/app/jobs/$jobId' })
  const search = useSearch({ from: '/app/jobs' })
  const navigate = useNavigate()
  useReturnFocus()
  const job = useQuery(jobQuery(Number(jobId)))
  const isGone = job.error instanceof AppError && job.error.code === 'not_found'
  return (
    <Drawer
      opened
      onClose={() => void navigate({ to: '/jobs', search })}
      position="right"
      size="min(560px, 100vw)"
      title={job.data?.subject ?? `Job ${jobId}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
      classNames={drawerStyles}
    >
      {isGone && <Nothing>{errorSentence(job.error)}</Nothing>}
      {job.isError && !isGone && <Failure error={job.error} onRetry={() => void job.refetch()} />}
      {job.data && <JobSheet job={job.data} />}
    </Drawer>
  )
}
