import { createContext, useContext, useSyncExternalStore } from 'react'
import type { BucketStore } from './bucket-store.ts'
import type { Curator } from './curator.ts'
import type { LiveConnection, LiveState } from './live-connection.ts'
import type { Selection } from './selection.ts'

/** What lives as long as somebody is signed in. */
export type Services = {
  bucketStore: BucketStore
  live: LiveConnection
  curator: Curator
  selection: Selection
}

export const ServicesContext = createContext<Services | null>(null)

export function useServices(): Services {
  const services = useContext(ServicesContext)
  if (!services) throw new Error('useServices is used outside of ServicesContext')
  return services
}

export function useLiveState(): LiveState {
  const { live } = useServices()
  return useSyncExternalStore(
    (listener) => live.onChange(listener),
    () => live.state,
  )
}
