import { createHash } from 'node:crypto'
import pg from 'pg'
import { isDamage, toDatabaseError } from './database-error.ts'

/** Statements that begin with it are prepared, and planned once for each connection. */
export const PREPARED_MARK = '/* prepared */'

export type DatabaseClientConfig = pg.ClientConfig & {
  onDamage: ((error: pg.DatabaseError) => void) | undefined
}

/** One connection. Its failures are told apart here, once, for everybody who asks the database something. */
export class DatabaseClient extends pg.Client {
  readonly #onDamage: DatabaseClientConfig['onDamage']

  /** The pool, whose types know nothing of the configuration, always gives it. */
  constructor(config?: DatabaseClientConfig) {
    super(config)
    this.#onDamage = config?.onDamage
  }

  // biome-ignore lint/suspicious/noExplicitAny: the driver's overloads, handed on as they are
  override query(text: any, ...rest: any[]): any {
    const answer = this.#ask(text, rest)
    // With a callback or a stream there is no promise; neither is used here.
    return answer instanceof Promise ? answer.catch((error: unknown) => this.#fail(error)) : answer
  }

  // biome-ignore lint/suspicious/noExplicitAny: as above
  #ask(text: any, rest: any[]): any {
    const isPrepared = typeof text === 'string' && text.startsWith(PREPARED_MARK)
    if (!isPrepared) return super.query(text, ...(rest as [undefined]))
    const [values, ...others] = rest
    return super.query({ name: nameOf(text), text, values }, ...(others as [undefined]))
  }

  #fail(error: unknown): never {
    if (isDamage(error)) this.#onDamage?.(error)
    throw toDatabaseError(error)
  }
}

const names = new Map<string, string>()

function nameOf(text: string): string {
  const name = names.get(text) ?? createHash('sha256').update(text).digest('base64url')
  names.set(text, name)
  return name
}
