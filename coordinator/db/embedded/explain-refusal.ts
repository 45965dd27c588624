import { ERROR_RESPONSE, errorFields, messagesOf } from './answer-messages.ts'

const READ_ONLY_TRANSACTION = '25006'
const DISK_FULL = '53100'

/**
 * Puts the reason into the engine's complaint about a read-only transaction, and the code of a full disk.
 *
 * @param answer whole messages of the Postgres protocol
 */
export function explainRefusal(answer: Buffer, reason: string): Buffer {
  const parts = messagesOf(answer).map((message) =>
    errorFields(message)?.get('C') === READ_ONLY_TRANSACTION ? diskFull(reason) : message,
  )
  return Buffer.concat(parts)
}

function diskFull(reason: string): Buffer {
  const text = Buffer.from(`SERROR\0VERROR\0C${DISK_FULL}\0M${reason}\0\0`)
  const head = Buffer.alloc(5)
  head[0] = ERROR_RESPONSE
  head.writeInt32BE(4 + text.length, 1)
  return Buffer.concat([head, text])
}
