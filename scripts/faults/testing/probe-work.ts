import { z } from 'zod'
import type { JobContract } from '../../../protocol/jobs.ts'

export const PROBE_KIND = 'probe.work'

/** What a probe agent is to do with a job. */
export const ProbePayload = z.object({
  /** `wait`: leave the thread free. `block`: keep it busy. `abort`: end the process as a crashing library does. */
  does: z.enum(['wait', 'block', 'abort']),
  workMs: z.number().nonnegative(),
})
export type ProbePayload = z.infer<typeof ProbePayload>

export const ProbeInput = ProbePayload.extend({ jobId: z.int(), token: z.int() })
export type ProbeInput = z.infer<typeof ProbeInput>

/** `token` is that of the run which made the result: it tells a stale one that was taken after all. */
export const ProbeResult = z.object({ token: z.int(), derivedHash: z.string(), runBy: z.string() })
export type ProbeResult = z.infer<typeof ProbeResult>

/** A kind of work that only the fault suite has: it reads no files, any agent may run it. */
export const probeContract: JobContract = {
  capability: 'detect',
  priority: 10,
  runsOn: 'any',
  input: ProbeInput,
  result: ProbeResult,
  chunk: z.never(),
  chunkAnswer: z.never(),
  maxAttempts: 5,
  silenceLimitMs: 600_000,
}

/** Bytes that a run of a job stores: every run other ones, so that it shows whose were taken. */
export function probeBytes(jobId: number, token: number): Uint8Array {
  return Buffer.from(`job ${jobId}, token ${token}`)
}

/** One sign of a running handler. */
export const ProbeEffect = z.object({
  jobId: z.int(),
  token: z.int(),
  runBy: z.string(),
  /** See `monotonicMs`. */
  atMs: z.number(),
  /** What the clock on the wall showed there, in ms since 1970. */
  wallMs: z.number(),
})
export type ProbeEffect = z.infer<typeof ProbeEffect>

/** On the clock that all processes of a machine share and nobody sets. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
