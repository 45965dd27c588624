import { PgBoss } from 'pg-boss'
import { drainBy, type QueueUnderTest } from './queue-under-test.ts'

const INSERT_BATCH = 1_000

/** pg-boss as its documentation shows it: `fetch` a batch, `complete` the batch. */
export async function openPgBossQueue(url: string, clients: number): Promise<QueueUnderTest> {
  const boss = new PgBoss({ connectionString: url, max: clients, schedule: false, supervise: false })
  await boss.start()
  await boss.createQueue('noop')
  return {
    name: 'pg-boss',
    fill: async (count) => {
      await boss.deleteAllJobs('noop')
      for (let done = 0; done < count; done += INSERT_BATCH) {
        const size = Math.min(INSERT_BATCH, count - done)
        await boss.insert(
          'noop',
          Array.from({ length: size }, () => ({ data: {} })),
        )
      }
    },
    drain: (count, batch, limit = Number.POSITIVE_INFINITY) =>
      drainBy(count, limit, async () => {
        const jobs = await boss.fetch('noop', { batchSize: batch })
        if (jobs.length > 0)
          await boss.complete(
            'noop',
            jobs.map((job) => job.id),
          )
        return jobs.length
      }),
    close: () => boss.stop({ graceful: false }),
  }
}
