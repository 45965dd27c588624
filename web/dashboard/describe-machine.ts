import type { AgentView } from '../../protocol/fleet.ts'
import { asSentence } from '../ui/as-sentence.ts'
import { countOf, formatCount } from '../ui/format-amount.ts'
import { formatAgo, formatSpan } from '../ui/format-when.ts'
import { agentStates } from '../ui/job-words.ts'
import { formatMoment } from '../ui/local-times.ts'
import type { Tone } from '../ui/status-dot.tsx'

type Machine = Pick<
  AgentView,
  'state' | 'paused' | 'lastSeenAt' | 'leases' | 'perMinute' | 'power' | 'capabilities'
>

/** How a machine is, in one or two words. */
export function machineStatus({ state, leases, power }: Machine): { tone: Tone; word: string } {
  if (state === 'draining' && leases > 0) return { tone: 'warn', word: 'Pausing' }
  if (state === 'online' && power.yields) return { tone: 'warn', word: 'Makes room' }
  return agentStates[state]
}

/** What a machine does now, or why it does nothing; one or two sentences. */
export function describeMachine(machine: Machine, nowMs: number): string {
  const { state, leases, perMinute, power } = machine
  const { since, wake, usualMs, problem } = power
  const slept = since && `Asleep since ${formatMoment(Date.parse(since), nowMs)}.`
  switch (state) {
    case 'asleep':
      return `${slept ?? 'Asleep.'} ${whatWakesIt(machine)}`
    case 'waking':
    case 'booting': {
      const tries = `Called ${wake?.packets === 1 ? 'once' : `${wake?.packets ?? 0} times`}`
      const span = wake ? ` in ${formatSpan(nowMs - Date.parse(wake.startedAt))}` : ''
      const usual = usualMs === null ? '' : ` It is usually back in ${formatSpan(usualMs)}.`
      const answers = state === 'booting' ? ' It answers on the network; its agent is not back yet.' : ''
      return `${tries}${span}.${answers}${usual}`
    }
    case 'unreachable':
      return `${asSentence(problem ?? 'It was called in vain')} Work that only it can do waits; nothing is lost.`
    case 'offline':
      return describeOffline(machine, nowMs)
    case 'draining':
      return leases > 0
        ? `Finishes ${countOf(leases, 'job')} and takes no more until it is resumed.`
        : 'Takes no work until it is resumed.'
    case 'online':
      return [describeWork(leases, perMinute, power.yields), problem && asSentence(problem)]
        .filter(Boolean)
        .join(' ')
  }
}

/** @param missing `files: needs Landlock …`: parts that the machine's cage lacks, with the reason */
export function describeCage(missing: readonly string[]): string {
  const parts = missing.map((part) => part.split(':')[0])
  return `What opens pictures here is not shut off as it should be (${parts.join(', ')}); hearth doctor on this machine says why.`
}

function describeWork(leases: number, perMinute: number, yields: string | null): string {
  if (yields) {
    const finishes = leases > 0 ? `Finishes ${countOf(leases, 'job')} and takes` : 'Takes'
    return `${finishes} no more for now: ${yields}.`
  }
  if (leases === 0 && perMinute === 0) return 'Nothing to do at the moment.'
  return `${countOf(leases, 'job')} in hand · ${formatCount(perMinute)} finished in the last minute`
}

function describeOffline({ lastSeenAt, paused }: Machine, nowMs: number): string {
  const seen = lastSeenAt ? `Last seen ${formatAgo(lastSeenAt, nowMs)}.` : 'Never seen yet.'
  const rests = paused ? ' It is paused and takes no work when it is back.' : ''
  return `${seen} Work that only it can do waits for it.${rests}`
}

function whatWakesIt({ paused, power, capabilities }: Machine): string {
  if (paused) return 'It is paused, so no work wakes it.'
  if (!power.canWake) return 'Nobody knows how to wake it: its MAC address is missing.'
  if (capabilities.length === 0) return 'It offers no work to be woken for.'
  return 'It is woken when work waits that only it can do.'
}
