import { AppError, type ErrorCode } from '../../../protocol/errors.ts'

/**
 * What stands in the way: the `server` (not reached, not to be talked with), the `share` and who may enter it, or
 * this one `file` only.
 */
export type SmbErrorScope = 'server' | 'share' | 'file'

/** Something that failed on an SMB share. `mayReconnect`: a new connection may do what this one could not. */
export class SmbError extends AppError {
  readonly scope: SmbErrorScope
  readonly mayReconnect: boolean
  /** NT status, when the server sent one. */
  readonly status: number | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options: { scope: SmbErrorScope; mayReconnect?: boolean; status?: number; cause?: unknown },
  ) {
    super(code, message, 'cause' in options ? { cause: options.cause } : {})
    this.scope = options.scope
    this.mayReconnect = options.mayReconnect ?? false
    this.status = options.status
  }
}

/** The server's words do not have the shape that MS-SMB2 gives them; nothing more is believed of it. */
export function malformed(what: string): SmbError {
  return new SmbError('unavailable', `The SMB server sent something that is not SMB: ${what}`, {
    scope: 'server',
  })
}
