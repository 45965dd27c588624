import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { WriteBackState } from '../../protocol/edits.ts'
import { AppError } from '../../protocol/errors.ts'
import type { MachineState } from '../../protocol/power.ts'
import { callApi } from './call-api.ts'
import type { JobFilter } from './job-filter.ts'

/** Who is signed in; null when nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }) => {
    try {
      return await callApi('getSession', { signal })
    } catch (error) {
      if (error instanceof AppError && error.code === 'unauthenticated') return null
      throw error
    }
  },
  staleTime: Number.POSITIVE_INFINITY,
})

export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: ({ signal }) => callApi('listTokens', { signal }),
})

export const timelineQuery = queryOptions({
  queryKey: ['timeline'],
  queryFn: ({ signal }) => callApi('getTimeline', { signal }),
})

export const librariesQuery = queryOptions({
  queryKey: ['libraries'],
  queryFn: ({ signal }) => callApi('listLibraries', { signal }),
})

export const agentsQuery = queryOptions({
  queryKey: ['agents'],
  queryFn: ({ signal }) => callApi('listAgents', { signal }),
})

export const modelsQuery = queryOptions({
  queryKey: ['models'],
  queryFn: ({ signal }) => callApi('listModels', { signal }),
})

/** What things in the pictures are called, and could be. */
export const thingsQuery = queryOptions({
  queryKey: ['things'],
  queryFn: ({ signal }) => callApi('listThings', { signal }),
  staleTime: 10_000,
})

/** Everything below this key is asked for again when somebody asks to be let in, or has been. */
export const JOINING_KEY = ['joining'] as const

export const joinRequestsQuery = queryOptions({
  queryKey: [...JOINING_KEY, 'requests'],
  queryFn: ({ signal }) => callApi('listJoinRequests', { signal }),
})

export const pairingCodesQuery = queryOptions({
  queryKey: [...JOINING_KEY, 'codes'],
  queryFn: ({ signal }) => callApi('listPairingCodes', { signal }),
})

export const jobSummaryQuery = queryOptions({
  queryKey: ['job-summary'],
  queryFn: ({ signal }) => callApi('getJobSummary', { signal }),
})

/** Nothing announces a change of it, so it is asked for while it is on screen. */
const DATABASE_REFRESH_MS = 10_000

export const databaseQuery = queryOptions({
  queryKey: ['database'],
  queryFn: ({ signal }) => callApi('getDatabase', { signal }),
  refetchInterval: DATABASE_REFRESH_MS,
})

/** Dead jobs by reason; asked for again when their number has changed. */
export const failuresQuery = queryOptions({
  queryKey: ['failures'],
  queryFn: ({ signal }) => callApi('listFailures', { signal }),
})

/** Everything below this key is asked for again when jobs have changed. */
export const JOBS_KEY = ['jobs'] as const

export function jobsQuery(filter: JobFilter, page: { cursor?: string; limit: number }) {
  return queryOptions({
    queryKey: [...JOBS_KEY, 'list', filter, page],
    queryFn: ({ signal }) => callApi('listJobs', { query: { ...filter, ...page }, signal }),
  })
}

/** A job while it runs is asked for again this often: its progress alone is no news to the others. */
const RUNNING_REFRESH_MS = 1_000

export function jobQuery(id: number) {
  return queryOptions({
    queryKey: [...JOBS_KEY, 'one', id],
    queryFn: ({ signal }) => callApi('getJob', { params: { id }, signal }),
    refetchInterval: ({ state }) => (state.data?.state === 'leased' ? RUNNING_REFRESH_MS : false),
  })
}

/** Everything below this key is asked for again when somebody has changed how a machine sleeps. */
export const POWER_KEY = ['agent-power'] as const
/** While a machine is being woken, what came of it is asked for this often. */
const WAKING_REFRESH_MS = 2_000

/** @param state of the machine: with each new one there is something new to tell */
export function powerQuery(id: number, state: MachineState) {
  return queryOptions({
    queryKey: [...POWER_KEY, id, state],
    queryFn: ({ signal }) => callApi('getAgentPower', { params: { id }, signal }),
    refetchInterval: state === 'waking' || state === 'booting' ? WAKING_REFRESH_MS : false,
    placeholderData: keepPreviousData,
  })
}

export function assetQuery(id: number) {
  return queryOptions({
    queryKey: ['asset', id],
    queryFn: ({ signal }) => callApi('getAsset', { params: { id }, signal }),
  })
}

export function assetHistoryKey(id: number) {
  return ['asset-history', id] as const
}

/** Who has changed what of an asset; the newest entries. */
export function assetHistoryQuery(id: number) {
  return queryOptions({
    queryKey: assetHistoryKey(id),
    queryFn: ({ signal }) => callApi('getAssetHistory', { params: { id }, query: { limit: 50 }, signal }),
  })
}

/** Everything below this key is asked for again when somebody has edited, or jobs have ended. */
export const WRITE_BACKS_KEY = ['write-backs'] as const

export const writeBackCountsQuery = queryOptions({
  queryKey: [...WRITE_BACKS_KEY, 'counts'],
  queryFn: ({ signal }) => callApi('countWriteBacks', { signal }),
})

export function writeBacksQuery(
  filter: { state?: WriteBackState | undefined; libraryId?: number | undefined },
  page: { cursor?: string | undefined; limit: number },
) {
  return queryOptions({
    queryKey: [...WRITE_BACKS_KEY, 'list', filter, page],
    queryFn: ({ signal }) => callApi('listWriteBacks', { query: { ...filter, ...page }, signal }),
  })
}
