import { Outlet, useSearch } from '@tanstack/react-router'
import { LiveStatus } from '../ui/live-status.tsx'
import { Page } from '../ui/page.tsx'
import { JobFilters } from './job-filters.tsx'
import { JobList } from './job-list.tsx'

/** Every job there is, by what it is and how it goes; one of them opens beside the list. */
export function JobsPage() {
  const filter = useSearch({ from: '/app/jobs' })
  return (
    <Page title="Jobs" isPart aside={<LiveStatus />}>
      <JobFilters filter={filter} />
      <JobList key={JSON.stringify(filter)} filter={filter} />
      <Outlet />
    </Page>
  )
}
