import { availableParallelism } from 'node:os'
import { toErrorBody } from '../../../protocol/errors.ts'
import { allowFormats } from '../../vault/reader/allow-formats.ts'
import { lowerPriority, otherThreads } from './lower-priority.ts'
import type { FromVision, ToVision } from './messages.ts'
import { startProvider } from './start-provider.ts'
import { startSessionThread } from './thread-handle.ts'
import type { VisionWorker } from './vision-worker.ts'

/**
 * The process that runs models. Model files and pictures come from outside, and the runtime is half a million lines of
 * native code: one that crashes, hangs or fills the memory takes only this process with it. Its parent (`VisionHost`)
 * watches and replaces it.
 *
 * waiting → ready: `setup` has come and a provider has passed its self-test. Any → gone: with its parent, or killed.
 */
const ALIVE_MS = 1_000

// What somebody waits for goes before what nobody does: browsers, heartbeats, a person at the machine, and clicks, which
// go through this thread and one of their own. Node's other threads are there already; they decode.
lowerPriority(otherThreads())
const urgentWorker = startSessionThread({ isUrgent: true })
allowFormats()

let worker: VisionWorker | undefined

function send(message: FromVision): void {
  process.send?.(message)
}

process.on('message', (message: ToVision) => {
  if (message.type === 'setup') void start(message)
  else if (message.type === 'forget') worker?.forget(message.id)
  else if (message.type === 'keepOnly') worker?.keepOnly(message.keys)
  else void worker?.take(message)
})

async function start({ setup }: Extract<ToVision, { type: 'setup' }>): Promise<void> {
  try {
    worker = await startProvider(setup, availableParallelism(), urgentWorker, send)
  } catch (error) {
    const { message: reason } = toErrorBody(error)
    const providers = [{ provider: 'cpu', works: false, reason }]
    send({ type: 'ready', provider: null, providers, measured: null })
  }
}

setInterval(() => send({ type: 'alive' }), ALIVE_MS)
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
// Ctrl-C reaches the whole process group; the parent ends this process when it is done with it.
process.on('SIGINT', () => undefined)
