import type { Context, Next } from 'koa'
import type { Logger } from 'pino'
import { z } from 'zod'
import { AppError, type ErrorBody, errorRules } from '../../protocol/errors.ts'

/**
 * Turns what is thrown into the one shape of errors. What nobody expected is logged here, once, and hidden:
 * its text may hold paths, statements or secrets.
 */
export function answerErrors(log: Logger) {
  return async (context: Context, next: Next): Promise<void> => {
    try {
      await next()
    } catch (error) {
      if (context.res.destroyed) {
        // Whoever asked has gone, mostly in the middle of it: nobody is left to answer, and nothing is wrong.
        log.debug({ err: error, method: context.method, path: context.path }, 'request abandoned')
        context.respond = false
        context.res.destroy()
        return
      }
      const body = bodyOf(error)
      if (body.code === 'internal') {
        log.error({ err: error, method: context.method, path: context.path }, 'request failed')
      }
      if (context.headerSent) {
        // Too late to say it in words: the broken connection says that the answer is not whole.
        context.respond = false
        context.res.destroy()
        return
      }
      for (const name of [
        'content-length',
        'content-encoding',
        'content-range',
        'content-disposition',
        'etag',
      ]) {
        context.remove(name)
      }
      // A body that was given up half-way keeps its connection blocked: what is left of it is nobody's.
      if (context.req.destroyed && !context.req.complete) context.set('connection', 'close')
      context.respond = true
      context.status = errorRules[body.code].status
      context.set('cache-control', 'no-store')
      if (body.code === 'range_not_satisfiable') {
        const { sizeBytes } = body.details as { sizeBytes: number }
        context.set('content-range', `bytes */${sizeBytes}`)
      }
      const retryAfter = (body.details as { retryAfterSeconds?: number } | undefined)?.retryAfterSeconds
      if (retryAfter !== undefined) context.set('retry-after', String(retryAfter))
      context.body = { error: body }
    }
  }
}

function bodyOf(error: unknown): ErrorBody {
  if (error instanceof AppError && error.code !== 'internal') {
    const { code, message, details } = error
    return details === undefined ? { code, message } : { code, message, details }
  }
  return { code: 'internal', message: 'Something went wrong in the server; its log says what' }
}

/** @throws AppError `bad_request` that names every field in question */
export function parseInput<T extends z.ZodType>(schema: T, value: unknown, where: string): z.output<T> {
  const parsed = schema.safeParse(value)
  if (parsed.success) {
    if (holdsNul(parsed.data))
      throw new AppError('bad_request', `The ${where} of the request holds a NUL character`)
    return parsed.data
  }
  throw new AppError(
    'bad_request',
    `The ${where} of the request is wrong: ${z.prettifyError(parsed.error)}`,
    {
      details: parsed.error.issues.map(({ path, message }) => ({ path: path.map(String), message })),
    },
  )
}

/** Postgres cannot hold NUL in text, and nothing that people enter has one. */
function holdsNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0')
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some(holdsNul)
}
