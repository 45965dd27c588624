export const ERROR_RESPONSE = 0x45

/** Cuts an answer of the Postgres protocol into its messages, each with its type and length. */
export function messagesOf(answer: Buffer): Buffer[] {
  const messages: Buffer[] = []
  for (let at = 0; at + 5 <= answer.length; ) {
    const end = at + 1 + answer.readInt32BE(at + 1)
    messages.push(answer.subarray(at, end))
    at = end
  }
  return messages
}

/**
 * The fields of an ErrorResponse, a letter and a text each; undefined for other messages.
 *
 * @see https://www.postgresql.org/docs/current/protocol-error-fields.html
 */
export function errorFields(message: Buffer): Map<string, string> | undefined {
  if (message[0] !== ERROR_RESPONSE) return undefined
  const fields = message.toString('utf8', 5).split('\0').filter(Boolean)
  return new Map(fields.map((field) => [field[0]!, field.slice(1)]))
}

/**
 * What the engine said when it gave up: after FATAL and PANIC its memory is worth nothing. A server's process
 * would be gone; PGlite 0.5 goes on with it.
 */
export function findLastWords(answer: Buffer): string | undefined {
  for (const message of messagesOf(answer)) {
    const fields = errorFields(message)
    if (/^(FATAL|PANIC)$/.test(fields?.get('V') ?? '')) return fields?.get('M') ?? ''
  }
  return undefined
}
