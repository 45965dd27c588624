import { openSession } from '../../../agents/vision/session/open-session.ts'
import { toRuntimeTensor } from '../../../agents/vision/session/runtime-tensors.ts'

/**
 * The yardstick: a decoder's session with inputs that are ready, run over and over.
 * A program of its own: `bare-decoder.ts FILE RUNS` prints the milliseconds of each run as JSON.
 */
const [path = '', runs = '20'] = process.argv.slice(2)
const { session, inputs } = await openSession(path, { provider: 'cpu', threads: 1 })
/** One point and the one that is none; a mask of a quarter of the encoder's side. */
const free: Record<string, number> = { num_points: 2 }
const contents: Record<string, number[]> = {
  point_coords: [512, 300, 0, 0],
  point_labels: [1, -1],
  orig_im_size: [192, 256],
}
const feeds = Object.fromEntries(
  inputs.map(({ name, type, dims }) => {
    const sizes = dims.map((size) => (typeof size === 'number' ? size : (free[size ?? ''] ?? 1)))
    const length = sizes.reduce((product, size) => product * size, 1)
    const known = contents[name]
    const data = Float32Array.from({ length }, (_, at) => known?.[at] ?? ((at * 37) % 256) / 256 - 0.5)
    return [name, toRuntimeTensor({ type: 'float32', data, dims: sizes }, type)]
  }),
)
const timesMs: number[] = []
await session.run(feeds)
for (let run = 0; run < Number(runs); run += 1) {
  const startedAt = performance.now()
  await session.run(feeds)
  timesMs.push(performance.now() - startedAt)
}
console.log(JSON.stringify(timesMs))
process.exit()
