import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { AgentView, JobKindSummary } from '../../protocol/fleet.ts'
import { agentsQuery } from '../api/queries.ts'
import { useIsAdmin } from '../api/use-session.ts'
import { jobKindWords } from '../ui/job-words.ts'
import { Stepper } from '../ui/stepper.tsx'
import styles from './dashboard.module.css'

const LARGEST_LIMIT = 10_000

type KindLimitProps = { kind: JobKindSummary; onChange: (maxRunning: number | null) => void }

/** How many jobs of a kind may run at once in the whole fleet. */
export function KindLimit({ kind, onChange }: KindLimitProps) {
  const isAdmin = useIsAdmin()
  const agents = useQuery(agentsQuery).data?.items ?? []
  const { maxRunning } = kind
  if (!isAdmin) {
    return maxRunning === null ? null : <p className={styles.limit}>At most {maxRunning} run at once.</p>
  }
  if (maxRunning === null) {
    return (
      <div className={styles.limit}>
        <span>As many at once as machines allow.</span>
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          // To begin with a limit that changes nothing: from there one steps down and watches.
          onClick={() => onChange(countSlots(agents, kind.capability))}
          aria-label={`Limit how many run at once: ${jobKindWords[kind.kind]}`}
        >
          Limit…
        </Button>
      </div>
    )
  }
  return (
    <div className={styles.limit}>
      <span>At most</span>
      <Stepper
        label={`At most at once: ${jobKindWords[kind.kind]}`}
        value={maxRunning}
        min={1}
        max={LARGEST_LIMIT}
        onChange={onChange}
      />
      <span>run at once.</span>
      <Button
        size="compact-xs"
        variant="subtle"
        color="gray"
        onClick={() => onChange(null)}
        aria-label={`No limit: ${jobKindWords[kind.kind]}`}
      >
        No limit
      </Button>
    </div>
  )
}

/** Jobs of a capability that all machines together would run at once, at least one. */
function countSlots(agents: readonly AgentView[], capability: JobKindSummary['capability']): number {
  const offered = agents.flatMap(({ capabilities, settings }) =>
    capabilities
      .filter((offer) => offer.capability === capability)
      .map(({ concurrency }) => settings.concurrency[capability] ?? concurrency),
  )
  return Math.max(
    1,
    offered.reduce((sum, each) => sum + each, 0),
  )
}
