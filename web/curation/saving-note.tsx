import { useSyncExternalStore } from 'react'
import { useServices } from '../api/services.ts'

/** Whether everything that was said has arrived. */
export function SavingNote() {
  const { curator } = useServices()
  const isSaving = useSyncExternalStore(curator.onChange, () => curator.isSaving)
  return <span role="status">{isSaving ? 'Saving…' : ''}</span>
}
