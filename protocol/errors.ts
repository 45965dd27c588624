import { z } from 'zod'

type ErrorRule = {
  /** HTTP status when the error leaves through the API. */
  status: number
  /**
   * `later`: the same job may succeed if tried again after a pause; each failure counts as an attempt.
   * `always`: the surroundings are to blame and not the job, so it is tried again for as long as it takes.
   * `never`: trying again cannot help.
   */
  retry: 'never' | 'later' | 'always'
}

/** Every error that crosses a process border. The coordinator alone decides retries, from this table. */
export const errorRules = {
  bad_request: { status: 400, retry: 'never' },
  unauthenticated: { status: 401, retry: 'never' },
  forbidden: { status: 403, retry: 'never' },
  not_found: { status: 404, retry: 'never' },
  conflict: { status: 409, retry: 'never' },
  too_large: { status: 413, retry: 'never' },
  range_not_satisfiable: { status: 416, retry: 'never' },
  too_many_requests: { status: 429, retry: 'always' },
  internal: { status: 500, retry: 'later' },
  unavailable: { status: 503, retry: 'always' },
  /** The other side speaks a protocol version that this one cannot. */
  version_unsupported: { status: 409, retry: 'never' },
  /** The lease has ended or belongs to a newer holder; whatever was reported changes nothing. */
  lease_lost: { status: 409, retry: 'never' },
  /** The agent's own configuration forbids what the job asks for. */
  refused_by_agent: { status: 403, retry: 'never' },
  /** The library's root cannot be reached at the moment. */
  library_offline: { status: 503, retry: 'always' },
  /** The file that the job is about no longer exists. */
  file_missing: { status: 404, retry: 'never' },
  /** The file exists and may not be read: permissions or a failing disk. */
  file_unreadable: { status: 403, retry: 'later' },
  /** The file changed while it was being read; it may still be copied. */
  file_changed: { status: 409, retry: 'later' },
  /** A deadline ran out. */
  timed_out: { status: 504, retry: 'later' },
  /** A program that Hearth calls is missing or too old; the message names it and how to get it. */
  program_missing: { status: 501, retry: 'never' },
  /** The scan's running totals were lost with a coordinator; scanning again is quick. */
  scan_interrupted: { status: 409, retry: 'always' },
  /** Agent after agent died while running it; a person may try again. */
  quarantined: { status: 409, retry: 'never' },
  /** A model file is not what its manifest says, or not of the family it claims; the owner must replace it. */
  model_broken: { status: 409, retry: 'never' },
  /** A model could not be run on one input, in whatever way it said so. */
  model_failed: { status: 500, retry: 'later' },
  /** No model is in use for what is asked, or none can answer now; the message says which command helps. */
  model_missing: { status: 409, retry: 'always' },
  /** The machine that could answer sleeps and is being woken for it; asking again in a moment gets the answer. */
  machine_asleep: { status: 503, retry: 'always' },
  /** The files of the embedded database are not what they were; the message says how to get back. */
  database_damaged: { status: 503, retry: 'always' },
  disk_full: { status: 507, retry: 'always' },
  /** No source of this machine reads the library now: the job is given back for another, and nothing is counted. */
  source_unavailable: { status: 503, retry: 'always' },
} as const satisfies Record<string, ErrorRule>

export type ErrorCode = keyof typeof errorRules
export const ErrorCode = z.enum(Object.keys(errorRules) as [ErrorCode, ...ErrorCode[]])

export const ErrorBody = z.object({
  code: ErrorCode,
  message: z.string(),
  details: z.unknown().optional(),
})
export type ErrorBody = z.infer<typeof ErrorBody>

/** The one error class of Hearth: a code that decides what follows and a sentence that says what to do. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly details: unknown

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; details?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.name = new.target.name
    this.code = code
    this.details = options.details
  }
}

/** Somebody else may hold the job by now: stop its side effects and drop its result. */
export class LeaseLostError extends AppError {
  constructor(jobId: number) {
    super('lease_lost', `The lease of job ${jobId} is gone; another agent may already be running it`)
  }
}

/** What an unknown error looks like to the other side: `AppError`s as they are, the rest as `internal`. */
export function toErrorBody(error: unknown): ErrorBody {
  if (error instanceof AppError) {
    return {
      code: error.code,
      message: error.message,
      ...(error.details === undefined ? {} : { details: error.details }),
    }
  }
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) }
}
