import { expect, test } from 'vitest'
import { type RunningTask, withTask } from './running-task.ts'
import type { Tensor } from './session.ts'
import { type Batch, SharedSession } from './shared-session.ts'

const opened = {
  inputs: [{ name: 'x', type: 'float32', dims: ['batch', 2] }],
  outputs: [{ name: 'y', type: 'float32', dims: ['batch', 2] }],
  provider: 'cpu',
} as const

function open(batchLimit = 16) {
  const limits: number[] = []
  const file = { modelKey: 'm@000000000000', path: '/m.onnx' }
  const onBatchLimit = (limit: number) => void limits.push(limit)
  const session = new SharedSession({
    file,
    opened,
    threads: 1,
    hasUrgentThread: false,
    batchLimit,
    onWaiting: () => {},
    onBatchLimit,
  })
  let lastId = 0
  const run = (value: number, more: Partial<RunningTask> = {}) => {
    const id = ++lastId
    const task = {
      ...{ id, isUrgent: false, isAlone: false, isCancelled: false, inferMs: 0, provider: '', batch: 1 },
      ...more,
    }
    const x: Tensor = { type: 'float32', data: Float32Array.of(value, value), dims: [1, 2] }
    const outputs = withTask(task, () => session.run({ x }))
    outputs.catch(() => {})
    return { task, answer: outputs.then(({ y }) => (y!.data as Float32Array)[0]) }
  }
  /** Answers with ten times what was asked; as if each picture had taken one ms. */
  const answer = (batch: Batch | undefined) => {
    const { x } = batch!.feeds
    const y = { ...x!, data: (x!.data as Float32Array).map((value) => value * 10) }
    batch!.done({ outputs: { y }, inferMs: batch!.tasks.length, provider: 'cpu' })
    return batch!.tasks.length
  }
  return { session, run, answer, limits }
}

test('those that wait together run together, and each gets its own answer', async () => {
  const { session, run, answer } = open()
  const first = run(1)
  expect(answer(session.takeBatch())).toBe(1)
  const others = [2, 3, 4].map((value) => run(value))
  expect(answer(session.takeBatch())).toBe(3)
  expect(await Promise.all([first, ...others].map(({ answer }) => answer))).toEqual([10, 20, 30, 40])
  expect(others[0]!.task).toMatchObject({ batch: 3, inferMs: 1, provider: 'cpu' })
  expect(session.takeBatch()).toBeUndefined()
})

test('a click is run before those that have waited longer', () => {
  const { session, run, answer } = open(1)
  run(1)
  answer(session.takeBatch())
  run(2)
  run(3, { isUrgent: true })
  expect(session.nextTask).toMatchObject({ isUrgent: true })
})

test('a click is not run together with what nobody waits for', () => {
  const { session, run, answer } = open()
  run(1)
  answer(session.takeBatch())
  run(2)
  run(3)
  const click = run(4, { isUrgent: true })
  expect(session.takeBatch()!.tasks).toEqual([click.task])
  expect(answer(session.takeBatch())).toBe(2)
})

test('no memory for all: half as many from then on, and nothing fails', async () => {
  const { session, run, answer, limits } = open()
  run(0)
  answer(session.takeBatch())
  const runs = [1, 2, 3, 4].map((value) => run(value))
  session.takeBatch()!.failed('memory', 'out of memory')
  expect(limits).toEqual([2])
  expect(answer(session.takeBatch())).toBe(2)
  expect(answer(session.takeBatch())).toBe(2)
  expect(await Promise.all(runs.map(({ answer }) => answer))).toEqual([10, 20, 30, 40])
})

test('of those that failed together only the one at fault fails', async () => {
  const { session, run, answer } = open()
  run(0)
  answer(session.takeBatch())
  const [good, bad] = [run(1), run(2)]
  session.takeBatch()!.failed('failed', 'NaN')
  expect(answer(session.takeBatch())).toBe(1)
  const alone = session.takeBatch()!
  expect(alone.tasks).toEqual([bad.task])
  alone.failed('failed', 'NaN')
  await expect(bad.answer).rejects.toMatchObject({ code: 'model_failed', message: 'NaN' })
  expect(await good.answer).toBe(10)
})

test('a file that says wrongly that its first dimension is free is run one by one', async () => {
  const { session, run, answer } = open()
  run(0)
  answer(session.takeBatch())
  const runs = [run(1), run(2)]
  const y: Tensor = { type: 'float32', data: Float32Array.of(5, 5), dims: [1, 2] }
  session.takeBatch()!.done({ outputs: { y }, inferMs: 1, provider: 'cpu' })
  expect([answer(session.takeBatch()), answer(session.takeBatch())]).toEqual([1, 1])
  expect(await Promise.all(runs.map(({ answer }) => answer))).toEqual([10, 20])
})

test('what nobody waits for any more is not run', async () => {
  const { session, run } = open()
  const { task, answer } = run(1)
  task.isCancelled = true
  expect(session.takeBatch()).toBeUndefined()
  await expect(answer).rejects.toMatchObject({ code: 'unavailable' })
})
