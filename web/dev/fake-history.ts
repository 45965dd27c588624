import type { JobDetail, JobEvent, JobView } from '../../protocol/fleet.ts'

const SECOND_MS = 1_000
const blank = { agent: null, account: null, leasedAt: null, code: null, message: null, fencingToken: null }

/** What may have happened to a job until it came to be as it is, and what was said meanwhile. */
export function fakeHistory(job: JobView): Pick<JobDetail, 'history' | 'log'> {
  const { state, error } = job
  if (state === 'queued' || state === 'leased') {
    const log = state === 'leased' ? linesOf(1, job.startedAt ?? job.createdAt, null) : []
    return { history: [], log }
  }
  const endMs = Date.parse(job.finishedAt ?? job.createdAt)
  if (state === 'done') {
    const leasedAt = job.startedAt ?? job.createdAt
    const event = {
      ...blank,
      at: iso(endMs),
      event: 'done' as const,
      fencingToken: 1,
      agent: 'vault',
      leasedAt,
    }
    return { history: [event], log: linesOf(1, leasedAt, null) }
  }
  if (state === 'cancelled') {
    return { history: [{ ...blank, at: iso(endMs), event: 'cancelled', account: 'anna' }], log: [] }
  }
  const isQuarantined = error?.code === 'quarantined'
  const holdings = isQuarantined ? 3 : 5
  const history = Array.from({ length: holdings }, (_, at): JobEvent => {
    const atMs = endMs - (holdings - 1 - at) * 7 * 60 * SECOND_MS
    return {
      ...blank,
      at: iso(atMs),
      event: isQuarantined ? 'died' : at === 1 ? 'released' : at === 2 ? 'lost' : 'failed',
      fencingToken: at + 1,
      agent: at === 1 ? 'workshop' : 'vault',
      leasedAt: iso(atMs - (12 + at * 20) * SECOND_MS),
      code: isQuarantined || at === 1 || at === 2 ? null : (error?.code ?? null),
      message:
        isQuarantined || at === 2
          ? null
          : at === 1
            ? 'The machine was going to sleep.'
            : (error?.message ?? null),
    }
  })
  const log = history.flatMap(({ event, fencingToken, leasedAt }) =>
    event === 'failed' ? linesOf(fencingToken ?? 1, leasedAt ?? job.createdAt, error?.message ?? null) : [],
  )
  const setAside = { ...blank, at: iso(endMs + SECOND_MS), event: 'quarantined' as const }
  return { history: isQuarantined ? [...history, setAside] : history, log }
}

function linesOf(fencingToken: number, from: string, failure: string | null): JobDetail['log'] {
  const line = (afterMs: number, level: 'info' | 'warn' | 'error', message: string) => ({
    fencingToken,
    at: iso(Date.parse(from) + afterMs),
    level,
    message,
  })
  const lines = [line(40, 'info', 'reads 28.4 MB'), line(900, 'info', 'decoded 6,720 × 4,480 px in 812 ms')]
  return failure === null
    ? lines
    : [
        line(40, 'info', 'reads 28.4 MB'),
        line(9_100, 'warn', 'the disk answers slowly: 9 s for the first block'),
        line(12_000, 'error', failure),
      ]
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString()
}
