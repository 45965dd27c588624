import { parentPort, workerData } from 'node:worker_threads'
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
const feeds = Object.fromEntries(
  inputs.map(({ name, type, dims }) => {
    const [height, width] = inputPx ? [inputPx[1], inputPx[0]] : [640, 640]
    const sizes = dims.map((size, at) => (typeof size === 'number' ? size : ([1, 3, height, width][at] ?? 1)))
    const length = sizes.reduce((product, size) => product * size, 1)
    const data = Float32Array.from({ length }, (_, at) => ((at * 37) % 256) / 256)
    return [name, toRuntimeTensor({ type: 'float32', data, dims: sizes }, type)]
  }),
)
await session.run(feeds)
parentPort?.postMessage('open')
parentPort?.on('message', (runs: number) => void run(runs))

async function run(runs: number): Promise<void> {
  for (let at = 0; at < runs; at += 1) await session.run(feeds)
  parentPort?.postMessage('done')
}
