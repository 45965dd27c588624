import { format, inspect } from 'node:util'

const MAX_LINE_CHARS = 1_000

/**
 * What a call of a pino log method says, in one text for people: the sentence, its fields, its error's stack.
 *
 * @param call as in `log.info(fields, 'scanned %s', name)`, `log.info('scanned %s', name)` or `log.error(error)`
 */
export function logText([first, ...rest]: readonly unknown[]): string {
  const text = typeof first === 'string' ? format(first, ...rest) : objectText(first, rest)
  // Neither is text to a database.
  const plain = text.toWellFormed().replaceAll('\0', '�')
  return plain.length > MAX_LINE_CHARS ? `${plain.slice(0, MAX_LINE_CHARS - 1)}…`.toWellFormed() : plain
}

function objectText(first: unknown, rest: readonly unknown[]): string {
  const sentence = rest.length > 0 ? format(...rest) : ''
  if (first instanceof Error) return joined(sentence, '', first)
  const { err, ...fields } = (first ?? {}) as { err?: unknown }
  const shown = Object.keys(fields).length > 0 ? inspect(fields, { depth: 3, breakLength: Infinity }) : ''
  return joined(sentence, shown, err)
}

function joined(sentence: string, fields: string, error: unknown): string {
  const head = [sentence, fields].filter(Boolean).join(' ')
  const stack = error instanceof Error ? inspect(error) : ''
  return [head, stack].filter(Boolean).join('\n')
}
