type Ask = { done: Promise<unknown>; beside: Ask[] }

/**
 * Lets agents that ask for work at the same moment not stand in one another's way.
 *
 * While one ask looks, all jobs that it could take are locked, and another passes over them. One that got nothing while
 * others were looking therefore looks once more when they have ended. Coordinators do not know of one another's asks:
 * there the agent's own next ask finds what was passed over.
 */
export class SimultaneousAsks {
  readonly #running = new Set<Ask>()

  /** @param look asks once; may be called twice */
  async run<T>(look: () => Promise<T[]>): Promise<T[]> {
    const done = Promise.withResolvers<void>()
    const ask: Ask = { done: done.promise, beside: [...this.#running] }
    for (const other of ask.beside) other.beside.push(ask)
    this.#running.add(ask)
    let found: T[]
    try {
      found = await look()
    } finally {
      this.#running.delete(ask)
      done.resolve()
    }
    if (found.length > 0 || ask.beside.length === 0) return found
    await Promise.all(ask.beside.map((other) => other.done))
    return await look()
  }
}
