import pg from 'pg'
import { AppError } from '../../protocol/errors.ts'

/** What the operating system says of a line that cannot be had or has broken. */
const lineCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  // The embedded database's socket: it is made when the database is ready.
  'ENOENT',
])

/** What the driver (pg 8.23) says of the same; it gives no codes. */
const lineMessages =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|timeout expired|Query read timeout|Cannot use a pool after calling end)/

/**
 * What a server says when it starts, stops, is restarted after a crash, or has no connection left.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const awayStates = /^(08...|57P0[1235]|53300)$/

const DISK_FULL = '53100'

/** A page or an index that is not what was written, a file that is gone, a disk that cannot be read. */
const damageStates = new Set(['XX001', 'XX002', '58P01', '58030'])

/** The database does not answer, or went away in the middle: nothing is wrong with what was asked of it. */
export class DatabaseAwayError extends AppError {
  constructor(cause: Error) {
    super(
      'unavailable',
      'The database does not answer at the moment; Hearth keeps asking, so try again soon',
      {
        cause,
      },
    )
  }
}

/**
 * What a failure of the driver means to everybody above it: a database that is away or whose disk is full is an
 * `AppError`; all others, those of statements that are wrong among them, are left as they are.
 */
export function toDatabaseError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AppError) return error
  if (isAway(error)) return new DatabaseAwayError(error)
  if (stateOf(error) === DISK_FULL) {
    return new AppError('disk_full', sayFull(error), { cause: error })
  }
  return error
}

/** Whether the database says that something in it is damaged. */
export function isDamage(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError && damageStates.has(stateOf(error) ?? '')
}

/** What the driver itself said, for whoever sets the database up. */
export function reasonOf(error: unknown): string {
  const said = error instanceof DatabaseAwayError ? error.cause : error
  return said instanceof Error ? said.message || said.name : String(said)
}

/** The embedded database says it for people, with numbers; a server names a file. */
function sayFull({ message }: Error): string {
  return message.startsWith('The disk of the database is full')
    ? message
    : 'The disk of the database is full: make room there; reading goes on'
}

function isAway(error: Error): boolean {
  if (error instanceof pg.DatabaseError) return awayStates.test(stateOf(error) ?? '')
  // Node tries each address of a name, and gathers what went wrong.
  if (error instanceof AggregateError)
    return error.errors.some((each) => each instanceof Error && isAway(each))
  return ('code' in error && lineCodes.has(String(error.code))) || lineMessages.test(error.message)
}

function stateOf(error: Error): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined
}
