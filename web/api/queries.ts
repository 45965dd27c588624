import { queryOptions } from '@tanstack/react-query'
import { AppError } from '../../protocol/errors.ts'
import { callApi } from './call-api.ts'

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

export const jobSummaryQuery = queryOptions({
  queryKey: ['job-summary'],
  queryFn: ({ signal }) => callApi('getJobSummary', { signal }),
})

export function assetQuery(id: number) {
  return queryOptions({
    queryKey: ['asset', id],
    queryFn: ({ signal }) => callApi('getAsset', { params: { id }, signal }),
  })
}
