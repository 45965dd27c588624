import { Logger, makeWorkerUtils, run } from 'graphile-worker'
import type { QueueUnderTest } from './queue-under-test.ts'

const quiet = new Logger(() => () => {})

/** graphile-worker, unbatched: `clients` jobs at once, each fetched and completed by itself. */
export async function openGraphileQueue(url: string, clients: number): Promise<QueueUnderTest> {
  const utils = await makeWorkerUtils({ connectionString: url, logger: quiet })
  await utils.migrate()
  let filled = 0
  return {
    name: 'graphile-worker',
    fill: async (count) => {
      filled = count
      await utils.withPgClient((client) =>
        client.query(
          `select graphile_worker.add_jobs(array(select json_populate_record(null::graphile_worker.job_spec,
            '{"identifier": "noop", "payload": {}}'::json) from generate_series(1, $1::integer)))`,
          [count],
        ),
      )
    },
    drain: async (count) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      let left = filled
      const runner = await run({
        connectionString: url,
        logger: quiet,
        concurrency: count,
        maxPoolSize: clients,
        pollInterval: 100,
        noHandleSignals: true,
        taskList: {
          noop: async () => {
            left -= 1
            if (left === 0) resolve()
          },
        },
      })
      await promise
      await runner.stop()
      return filled
    },
    close: async () => utils.release(),
  }
}
