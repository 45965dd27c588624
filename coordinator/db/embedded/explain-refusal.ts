const ERROR_RESPONSE = 0x45
const READ_ONLY_TRANSACTION = '25006'
const DISK_FULL = '53100'

/**
 * Puts the reason into the engine's complaint about a read-only transaction, and the code of a full disk.
 *
 * @param answer whole messages of the Postgres protocol
 */
export function explainRefusal(answer: Buffer, reason: string): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at + 5 <= answer.length; ) {
    const end = at + 1 + answer.readInt32BE(at + 1)
    const message = answer.subarray(at, end)
    const isRefusal = message[0] === ERROR_RESPONSE && fieldsOf(message).get('C') === READ_ONLY_TRANSACTION
    parts.push(isRefusal ? diskFull(reason) : message)
    at = end
  }
  return Buffer.concat(parts)
}

/** The fields of an ErrorResponse: a letter and a text each. */
function fieldsOf(message: Buffer): Map<string, string> {
  const fields = new Map<string, string>()
  for (const field of message.toString('utf8', 5).split('\0'))
    if (field) fields.set(field[0]!, field.slice(1))
  return fields
}

function diskFull(reason: string): Buffer {
  const text = Buffer.from(`SERROR\0VERROR\0C${DISK_FULL}\0M${reason}\0\0`)
  const head = Buffer.alloc(5)
  head[0] = ERROR_RESPONSE
  head.writeInt32BE(4 + text.length, 1)
  return Buffer.concat([head, text])
}
