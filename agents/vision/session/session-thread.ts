import { parentPort, workerData } from 'node:worker_threads'
import { lowerPriority } from './lower-priority.ts'
import { messageOf } from './message-of.ts'
import { type OpenSession, openSession } from './open-session.ts'
import { fromRuntimeTensor, toRuntimeTensor } from './runtime-tensors.ts'
import { testProvider } from './self-test.ts'
import type { Tensor } from './session.ts'
import { faultOf } from './session-fault.ts'
import {
  type FromSessionThread,
  nameOfFile,
  type SessionFile,
  type SessionOptions,
  type SessionThreadData,
  type ToSessionThread,
} from './thread-messages.ts'
import { timeRuns } from './time-runs.ts'

/**
 * A thread that holds sessions: ONNX Runtime for Node runs a model in the thread that asks, and nothing else happens
 * there meanwhile. Pictures are decoded, prepared and read in the thread beside it.
 */
const port = parentPort
if (port === null) throw new Error('session-thread.ts runs as a worker thread only')

if (!(workerData as SessionThreadData).isUrgent) lowerPriority()

const opened = new Map<string, Promise<OpenSession>>()
/** One after the other, in the order they came. */
let last: Promise<void> = Promise.resolve()

port.on('message', (message: ToSessionThread) => {
  last = last.then(() => answer(message))
})

async function answer(message: ToSessionThread): Promise<void> {
  let isLoading = true
  try {
    if (message.type === 'test') {
      await testProvider(message.options)
      return post({ id: message.id, type: 'done' })
    }
    if (message.type === 'close') {
      await close(message.file)
      return post({ id: message.id, type: 'done' })
    }
    const open = await openOnce(message.file, message.options)
    isLoading = false
    if (message.type === 'run') return await run(message.id, open, message.feeds)
    if (message.type === 'time') {
      const runsPerSecond = await timeRuns(open, message.inputPx)
      return post({ id: message.id, type: 'done', runsPerSecond })
    }
    const { inputs, outputs, provider } = open
    post({ id: message.id, type: 'done', opened: { inputs, outputs, provider } })
  } catch (error) {
    post({ id: message.id, type: 'failed', fault: faultOf(error, isLoading), message: messageOf(error) })
  }
}

function openOnce(file: SessionFile, options: SessionOptions): Promise<OpenSession> {
  const name = nameOfFile(file)
  const known = opened.get(name)
  if (known) return known
  const opening = openSession(file.path, options)
  opened.set(name, opening)
  opening.catch(() => opened.delete(name))
  return opening
}

async function close(file: SessionFile): Promise<void> {
  const name = nameOfFile(file)
  const open = opened.get(name)
  opened.delete(name)
  await (await open)?.session.release()
}

async function run(id: number, open: OpenSession, feeds: Record<string, Tensor>): Promise<void> {
  const { session, provider, inputs } = open
  const runtimeFeeds = Object.fromEntries(
    Object.entries(feeds).map(([name, tensor]) => [
      name,
      toRuntimeTensor(tensor, inputs.find((input) => input.name === name)?.type),
    ]),
  )
  const startedAt = performance.now()
  const results = await session.run(runtimeFeeds)
  const inferMs = performance.now() - startedAt
  const outputs = Object.fromEntries(
    Object.entries(results).map(([name, value]) => [name, fromRuntimeTensor(name, value)]),
  )
  const spent = Object.values(feeds).flatMap(({ data }) => (data instanceof Float32Array ? [data] : []))
  const given = [...Object.values(outputs).map(({ data }) => data), ...spent]
  post({ id, type: 'done', ran: { outputs, inferMs, provider }, spent }, [
    ...new Set(given.map(({ buffer }) => buffer)),
  ])
}

function post(message: FromSessionThread, transfer: ArrayBufferLike[] = []): void {
  port?.postMessage(message, transfer as ArrayBuffer[])
}
