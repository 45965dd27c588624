import type { QueryClient } from '@tanstack/react-query'
import { BucketStore } from './bucket-store.ts'
import { callApi } from './call-api.ts'
import { LiveConnection } from './live-connection.ts'
import { agentsQuery, jobSummaryQuery, librariesQuery, timelineQuery } from './queries.ts'
import { isSignedOut } from './query-client.ts'
import type { Services } from './services.ts'

/** While pictures stream in, the timeline is read again at most this often. */
const TIMELINE_REFRESH_MS = 2_000

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

  const askWhoIsSignedIn = () => {
    callApi('getSession').catch((error: unknown) => {
      if (isSignedOut(error)) onSignedOut()
    })
  }

  const live = new LiveConnection(
    {
      jobs: ({ kinds }) => queryClient.setQueryData(jobSummaryQuery.queryKey, { kinds }),
      agents: ({ agents }) => queryClient.setQueryData(agentsQuery.queryKey, { items: agents }),
      libraries: ({ libraries }) => queryClient.setQueryData(librariesQuery.queryKey, { items: libraries }),
      timeline: ({ revision }) => {
        if (queryClient.getQueryData(timelineQuery.queryKey)?.revision !== revision) refreshTimeline()
      },
    },
    askWhoIsSignedIn,
  )
  return { bucketStore, live }
}
