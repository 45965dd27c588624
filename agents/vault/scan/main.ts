import { toErrorBody } from '../../../protocol/errors.ts'
import type { ScanChunk } from '../../../protocol/scan.ts'
import type { ScanMessage, ScanRequest } from './messages.ts'
import { scanLibrary } from './scan-library.ts'

/**
 * The scan process: walks one library and ends. On its own, because a walk that hangs in a dead share
 * can be ended only together with its process. Its parent watches it and talks to the coordinator.
 */

let takeAnswer: ((answer: unknown) => void) | undefined

function send(message: ScanMessage): void {
  process.send?.(message)
}

async function sendChunk(chunk: ScanChunk): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>()
  takeAnswer = resolve
  send({ type: 'chunk', chunk })
  return await promise
}

async function scan({ input, options }: Extract<ScanRequest, { type: 'scan' }>): Promise<void> {
  try {
    const result = await scanLibrary(input, options, {
      sendChunk,
      reportProgress: (files) => send({ type: 'progress', files }),
      onEntries: () => send({ type: 'walking' }),
    })
    send({ type: 'done', result })
  } catch (error) {
    const { code, message } = toErrorBody(error)
    send({ type: 'failed', code, message })
  }
}

process.on('message', (request: ScanRequest) => {
  if (request.type === 'answer') takeAnswer?.(request.answer)
  else void scan(request)
})
// Not an ordinary exit, which would wait for a thread that hangs in a dead disk.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
// Ctrl-C reaches the whole process group; the parent ends this process when it is done with it.
process.on('SIGINT', () => undefined)
