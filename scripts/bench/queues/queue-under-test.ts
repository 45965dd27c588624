/** A job queue on a Postgres server, as the benchmarks of leases drive it: no-op jobs, from full to empty. */
export type QueueUnderTest = {
  name: string
  /** Adds `count` jobs to an empty queue. */
  fill(count: number): Promise<void>
  /**
   * Leases and completes jobs with `clients` at once, up to `batch` in each request, until none is left or `limit`
   * are done. Returns how many.
   */
  drain(clients: number, batch: number, limit?: number): Promise<number>
  close(): Promise<void>
}

/** Runs `turn` in `clients` loops until it finds nothing more or `limit` is reached; the sum of what the turns did. */
export async function drainBy(clients: number, limit: number, turn: () => Promise<number>): Promise<number> {
  let done = 0
  const loops = Array.from({ length: clients }, async () => {
    while (done < limit) {
      const now = await turn()
      if (now === 0) return
      done += now
    }
  })
  await Promise.all(loops)
  return done
}
