import type { AgentMessage } from '../../../protocol/agents.ts'
import { type ErrorBody, LeaseLostError, toErrorBody } from '../../../protocol/errors.ts'
import type { Lease, LeaseRef } from '../../../protocol/leases.ts'
import type { CoordinatorSocket } from './coordinator-socket.ts'
import type { HeldLeases } from './held-leases.ts'
import type { FromLine, LineRequest, ToLine } from './messages.ts'

type Refused = { jobId: number; error: ErrorBody }

export type LineRequestsOptions = {
  socket: CoordinatorSocket
  leases: HeldLeases
  /** See `leaseNowMs`. */
  now: () => number
  post: (message: FromLine) => void
}

/**
 * Takes what the main thread asks to the coordinator and back, and keeps the held leases true on the way: leases
 * are held from the moment they arrive, and of a lost one nothing is said.
 *
 * Asked → waiting for a greeted connection → sent, again after each lost connection → answered or failed.
 * Any → aborted: nobody waits any more; what is already on its way may still arrive.
 */
export class LineRequests {
  readonly #options: LineRequestsOptions
  readonly #aborts = new Map<number, AbortController>()

  constructor(options: LineRequestsOptions) {
    this.#options = options
  }

  abort(id: number): void {
    this.#aborts.get(id)?.abort()
  }

  async take({ id, event, message }: Extract<ToLine, { type: 'request' }>): Promise<void> {
    const { post } = this.#options
    const abort = new AbortController()
    this.#aborts.set(id, abort)
    try {
      post({ type: 'answer', id, value: await this.#ask(event, message, abort.signal) })
    } catch (error) {
      if (!abort.signal.aborted) post({ type: 'failed', id, error: toErrorBody(error) })
    } finally {
      this.#aborts.delete(id)
    }
  }

  #ask(event: LineRequest, message: unknown, signal: AbortSignal): Promise<unknown> {
    switch (event) {
      case 'lease.request':
        return this.#requestLeases(message as AgentMessage<'lease.request'>, signal)
      case 'job.chunk':
        return this.#sendChunk(message as AgentMessage<'job.chunk'>, signal)
      case 'job.complete':
        return this.#complete(message as AgentMessage<'job.complete'>, signal)
      case 'job.fail':
        return this.#fail(message as AgentMessage<'job.fail'>, signal)
      case 'job.release':
        return this.#release(message as AgentMessage<'job.release'>, signal)
      case 'agent.power':
      case 'agent.vision':
      case 'sources.samples':
      case 'sources.report':
        return this.#options.socket.request(event, () => message as AgentMessage<typeof event>, signal)
    }
  }

  async #requestLeases(message: AgentMessage<'lease.request'>, signal: AbortSignal): Promise<unknown> {
    let askedAt = 0
    const answer = await this.#options.socket.request(
      'lease.request',
      () => {
        askedAt = this.#options.now()
        return message
      },
      signal,
    )
    this.#hold(answer?.leases ?? [], askedAt)
    return {}
  }

  async #sendChunk(message: AgentMessage<'job.chunk'>, signal: AbortSignal): Promise<unknown> {
    const { socket, leases } = this.#options
    return socket.request(
      'job.chunk',
      () => {
        leases.dropOverdue()
        if (!leases.holds(message)) throw new LeaseLostError(message.jobId)
        return message
      },
      signal,
    )
  }

  /** The message is settled when it goes out first: sent again, it says the same. */
  async #complete(message: AgentMessage<'job.complete'>, signal: AbortSignal): Promise<unknown> {
    const { socket, leases } = this.#options
    let sent: AgentMessage<'job.complete'> | undefined
    let askedAt = 0
    const outgoing = () => {
      leases.dropOverdue()
      askedAt = this.#options.now()
      sent ??= {
        jobs: message.jobs
          .filter((job) => leases.startReport(job))
          .map((job) => ({ ...job, ...leases.lastLog(job) })),
        slots: message.slots,
      }
      return sent.jobs.length > 0 ? sent : undefined
    }
    try {
      const answer = await socket.request('job.complete', outgoing, signal)
      this.#hold(answer?.leases ?? [], askedAt)
      return { refused: [...notIn(message.jobs, sent?.jobs ?? []), ...(answer?.refused ?? [])] }
    } finally {
      this.#letGo(message.jobs)
    }
  }

  async #fail(message: AgentMessage<'job.fail'>, signal: AbortSignal): Promise<unknown> {
    const { socket, leases } = this.#options
    let sent: AgentMessage<'job.fail'> | undefined
    const outgoing = () => {
      leases.dropOverdue()
      if (!sent && !leases.startReport(message)) throw new LeaseLostError(message.jobId)
      sent ??= { ...message, ...leases.lastLog(message) }
      return sent
    }
    try {
      return await socket.request('job.fail', outgoing, signal)
    } finally {
      this.#letGo([message])
    }
  }

  async #release(message: AgentMessage<'job.release'>, signal: AbortSignal): Promise<unknown> {
    const { socket, leases } = this.#options
    let sent: LeaseRef[] | undefined
    const outgoing = () => {
      leases.dropOverdue()
      sent ??= message.leases.filter((ref) => leases.startReport(ref))
      return sent.length > 0 ? { ...message, leases: sent } : undefined
    }
    try {
      await socket.request('job.release', outgoing, signal)
      return {}
    } finally {
      this.#letGo(message.leases)
    }
  }

  #hold(leases: readonly Lease[], askedAt: number): void {
    const good = this.#options.leases.add(leases, askedAt)
    if (good.length > 0) this.#options.post({ type: 'leases', leases: good })
  }

  #letGo(refs: readonly LeaseRef[]): void {
    this.#options.leases.letGo(refs)
  }
}

function notIn(asked: readonly LeaseRef[], sent: readonly LeaseRef[]): Refused[] {
  const ids = new Set(sent.map(({ jobId }) => jobId))
  return asked
    .filter(({ jobId }) => !ids.has(jobId))
    .map(({ jobId }) => ({ jobId, error: toErrorBody(new LeaseLostError(jobId)) }))
}
