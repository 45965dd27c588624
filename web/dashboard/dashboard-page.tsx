import { LiveStatus } from '../ui/live-status.tsx'
import { Page } from '../ui/page.tsx'
import { Database } from './database.tsx'
import { Failures } from './failures.tsx'
import { Libraries } from './libraries.tsx'
import { Machines } from './machines.tsx'
import { ProblemFiles } from './problem-files.tsx'
import { useDatabaseTrouble } from './use-database-trouble.ts'
import { Work } from './work.tsx'

/** What Hearth is doing, where, and what needs somebody. */
export function DashboardPage() {
  const isDatabaseFirst = useDatabaseTrouble()
  const others = [
    <Work key="work" />,
    <Failures key="failures" />,
    <Libraries key="libraries" />,
    <Machines key="machines" />,
  ]
  // With a key it is moved, not made anew: that would ask a database that is away again, and again.
  const database = <Database key="database" />
  return (
    <Page title="Dashboard" aside={<LiveStatus />}>
      {isDatabaseFirst ? [database, ...others] : [...others, database]}
      <ProblemFiles />
    </Page>
  )
}
