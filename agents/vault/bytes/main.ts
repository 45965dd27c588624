import type { Readable } from 'node:stream'
import { toErrorBody } from '../../../protocol/errors.ts'
import { isShutOut } from '../is-shut-out.ts'
import type { BytesMessage, BytesRequest } from './messages.ts'
import { openPart } from './open-part.ts'

/**
 * The process that serves originals of one library to browsers. On its own, because a read that hangs in a
 * dead share can be ended only together with its process.
 */

type Part = { stream: Readable; next: () => Promise<IteratorResult<Uint8Array>> }

const parts = new Map<number, Part>()

function send(message: BytesMessage): void {
  process.send?.(message)
}

async function open({ id, request }: Extract<BytesRequest, { type: 'open' }>): Promise<void> {
  const stream = await openPart(request)
  const iterator: AsyncIterator<Uint8Array> = stream[Symbol.asyncIterator]()
  parts.set(id, { stream, next: () => iterator.next() })
  send({ type: 'opened', id })
}

async function sendMore({ id }: Extract<BytesRequest, { type: 'more' }>): Promise<void> {
  const next = await parts.get(id)?.next()
  if (next === undefined) return
  if (next.done) parts.delete(id)
  send(next.done ? { type: 'end', id } : { type: 'bytes', id, bytes: next.value })
}

async function answer(request: BytesRequest): Promise<void> {
  try {
    if (request.type === 'open') await open(request)
    else if (request.type === 'more') await sendMore(request)
    else close(request.id)
  } catch (error) {
    close(request.id)
    const { code, message } = toErrorBody(error)
    const mayBeShutOut = request.type === 'open' && code !== 'refused_by_agent'
    send({
      type: 'failed',
      id: request.id,
      code,
      message,
      isShutOut: mayBeShutOut && (await isShutOut(request.request.root)),
    })
  }
}

function close(id: number): void {
  parts.get(id)?.stream.destroy()
  parts.delete(id)
}

process.on('message', (request: BytesRequest) => void answer(request))
// Not an ordinary exit, which would wait for a thread that hangs in a dead disk.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
// Ctrl-C reaches the whole process group; the parent ends this process when it is done with it.
process.on('SIGINT', () => undefined)
