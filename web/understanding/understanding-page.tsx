import { useQuery } from '@tanstack/react-query'
import { modelsQuery } from '../api/queries.ts'
import { LiveStatus } from '../ui/live-status.tsx'
import { Page } from '../ui/page.tsx'
import { Failure } from '../ui/panel.tsx'
import { TaskPanel } from './task-panel.tsx'

const intro =
  'Models look at the previews of your pictures, on your own machines; nothing leaves them. What a person has confirmed, rejected or drawn stays, whatever model looks again.'

/** What models see in the pictures here, which they are, and how far they have come. */
export function UnderstandingPage() {
  const models = useQuery(modelsQuery)
  return (
    <Page title="Understanding" isPart aside={<LiveStatus />} intro={intro}>
      {models.isError && <Failure error={models.error} onRetry={() => void models.refetch()} />}
      {models.data?.tasks.map((task) => (
        <TaskPanel key={task.task} task={task} />
      ))}
    </Page>
  )
}
