import { useLiveState } from '../api/services.ts'
import { Status } from './status-dot.tsx'

const liveWords = {
  connecting: { tone: 'quiet', text: 'Connecting…' },
  live: { tone: 'good', text: 'Live' },
  reconnecting: { tone: 'warn', text: 'Reconnecting…' },
} as const

/** Whether the numbers on a page move by themselves now. */
export function LiveStatus() {
  const live = liveWords[useLiveState()]
  return <Status tone={live.tone}>{live.text}</Status>
}
