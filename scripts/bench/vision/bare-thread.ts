import { parentPort, workerData } from 'node:worker_threads'
import { madeUpFeeds } from '../../../agents/vision/counts/made-up-feeds.ts'
import { openSession } from '../../../agents/vision/session/open-session.ts'
import { toRuntimeTensor } from '../../../agents/vision/session/runtime-tensors.ts'
import type { SessionOptions } from '../../../agents/vision/session/thread-messages.ts'

/** One of the threads of `bare-session.ts`: opens a model, says so, and runs it as often as it is told, over and over. */
const { path, options, inputPx } = workerData as {
  path: string
  options: SessionOptions
  inputPx: readonly [number, number] | null
}

const { session, inputs } = await openSession(path, options)
const made = madeUpFeeds(inputs, inputPx)
const feeds = Object.fromEntries(
  inputs.map(({ name, type }) => [name, toRuntimeTensor(made[name]!, type)] as const),
)
await session.run(feeds)
parentPort?.postMessage('open')
parentPort?.on('message', (runs: number) => void run(runs))

async function run(runs: number): Promise<void> {
  for (let at = 0; at < runs; at += 1) await session.run(feeds)
  parentPort?.postMessage('done')
}
