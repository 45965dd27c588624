import type { QueryClient } from '@tanstack/react-query'
import type { JobKindSummary } from '../../protocol/fleet.ts'
import type { JobKind } from '../../protocol/jobs.ts'
import type { LiveMessage } from '../../protocol/live.ts'
import { BucketStore } from './bucket-store.ts'
import { callApi } from './call-api.ts'
import { createCurator } from './create-curator.ts'
import { DETECTIONS_KEY } from './detections-query.ts'
import { LiveConnection } from './live-connection.ts'
import {
  agentsQuery,
  failuresQuery,
  JOBS_KEY,
  JOINING_KEY,
  jobSummaryQuery,
  librariesQuery,
  modelsQuery,
  timelineQuery,
  WRITE_BACKS_KEY,
} from './queries.ts'
import { isSignedOut } from './query-client.ts'
import { refreshGate } from './refresh-gate.ts'
import { Selection } from './selection.ts'
import type { Services } from './services.ts'

/** While pictures stream in, the timeline is read again at most this often. */
const TIMELINE_REFRESH_MS = 2_000
/** While jobs run, the ones on screen are read again at most this often. */
const JOBS_REFRESH_MS = 500
/** While sidecars are written, what says so on screen is read again at most this often. */
const WRITES_REFRESH_MS = 1_500

/** While models look at pictures, what they have found in the one on screen is read again at most this often. */
const LOOKS_REFRESH_MS = 1_500

const writing: readonly JobKind[] = ['sidecar.write', 'sidecar.restore']
const looking: readonly JobKind[] = ['asset.detect', 'asset.segment', 'asset.faces']

/** Joins live events, the query cache and the months of the timeline. */
export function createServices(queryClient: QueryClient, onSignedOut: () => void): Services {
  const bucketStore = new BucketStore(async (bucket, page, signal) => {
    try {
      return await callApi('getTimelineBucket', { params: { bucket }, query: page, signal })
    } catch (error) {
      if (isSignedOut(error)) onSignedOut()
      throw error
    }
  })

  let timelineTimer: ReturnType<typeof setTimeout> | undefined
  const refreshTimeline = () => {
    if (timelineTimer !== undefined) return
    timelineTimer = setTimeout(() => {
      timelineTimer = undefined
      void queryClient.invalidateQueries({ queryKey: timelineQuery.queryKey })
    }, TIMELINE_REFRESH_MS)
  }

  const refreshJobs = refreshGate(
    () => queryClient.invalidateQueries({ queryKey: JOBS_KEY }, { cancelRefetch: false }),
    JOBS_REFRESH_MS,
  )
  const refreshFailures = refreshGate(
    () => queryClient.invalidateQueries({ queryKey: failuresQuery.queryKey }, { cancelRefetch: false }),
    JOBS_REFRESH_MS,
  )
  const refreshWrites = refreshGate(
    () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: WRITE_BACKS_KEY }, { cancelRefetch: false }),
        queryClient.invalidateQueries({ queryKey: ['asset'] }, { cancelRefetch: false }),
      ]),
    WRITES_REFRESH_MS,
  )
  const refreshLooks = refreshGate(
    () => queryClient.invalidateQueries({ queryKey: DETECTIONS_KEY }, { cancelRefetch: false }),
    LOOKS_REFRESH_MS,
  )
  const takeSummary = ({ kinds }: LiveMessage<'jobs'>) => {
    const before = queryClient.getQueryData(jobSummaryQuery.queryKey)
    queryClient.setQueryData(jobSummaryQuery.queryKey, { kinds })
    refreshJobs()
    if (!before || countDead(before.kinds) !== countDead(kinds)) refreshFailures()
    if (!before || countEnded(before.kinds, writing) !== countEnded(kinds, writing)) refreshWrites()
    if (!before || countEnded(before.kinds, looking) !== countEnded(kinds, looking)) refreshLooks()
  }

  const askWhoIsSignedIn = () => {
    callApi('getSession').catch((error: unknown) => {
      if (isSignedOut(error)) onSignedOut()
    })
  }

  const live = new LiveConnection(
    {
      jobs: takeSummary,
      agents: ({ agents }) => queryClient.setQueryData(agentsQuery.queryKey, { items: agents }),
      libraries: ({ libraries }) => queryClient.setQueryData(librariesQuery.queryKey, { items: libraries }),
      joining: () => queryClient.invalidateQueries({ queryKey: JOINING_KEY }),
      models: (models) => queryClient.setQueryData(modelsQuery.queryKey, models),
      timeline: ({ revision }) => {
        if (queryClient.getQueryData(timelineQuery.queryKey)?.revision !== revision) refreshTimeline()
      },
    },
    askWhoIsSignedIn,
  )
  const selection = new Selection()
  const curator = createCurator(queryClient, bucketStore, selection)
  return { bucketStore, live, curator, selection }
}

/** Tells apart any two states of the failures that differ in number. */
function countDead(kinds: readonly JobKindSummary[]): string {
  return kinds.map(({ kind, dead }) => `${kind} ${dead}`).join()
}

/** The same for the kinds that are named, with everything that becomes of their jobs. */
function countEnded(kinds: readonly JobKindSummary[], named: readonly JobKind[]): string {
  return kinds
    .filter(({ kind }) => named.includes(kind))
    .map(({ queued, leased, done, dead }) => [queued, leased, done, dead].join())
    .join()
}
