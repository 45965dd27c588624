import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'

/**
 * The yardstick: as many sessions as the agent has, opened as the agent opens them, fed with a tensor that is ready.
 * A program of its own: prints `{ picturesPerSecond, cpuMsPerPicture }`.
 */
const setup = z
  .object({
    path: z.string(),
    options: z.object({ provider: z.literal('cpu'), threads: z.int() }),
    inputPx: z.tuple([z.int(), z.int()]).nullable(),
    sessions: z.int().min(1),
    runs: z.int().min(1),
  })
  .parse(JSON.parse(process.argv[2] ?? ''))

const threads = Array.from(
  { length: setup.sessions },
  () => new Worker(new URL('./bare-thread.ts', import.meta.url), { workerData: setup }),
)
await Promise.all(threads.map((thread) => once(thread, 'message')))
const runsEach = Math.ceil(setup.runs / setup.sessions)
const startedAt = performance.now()
const usageBefore = process.cpuUsage()
for (const thread of threads) thread.postMessage(runsEach)
await Promise.all(threads.map((thread) => once(thread, 'message')))
const seconds = (performance.now() - startedAt) / 1_000
const { user, system } = process.cpuUsage(usageBefore)
const pictures = runsEach * setup.sessions
console.log(
  JSON.stringify({
    picturesPerSecond: pictures / seconds,
    cpuMsPerPicture: (user + system) / 1_000 / pictures,
  }),
)
process.exit()
