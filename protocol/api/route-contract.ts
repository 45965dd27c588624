import { z } from 'zod'
import { ErrorCode } from '../errors.ts'

/** Who may call a route. Everything not listed here does not exist; `agent` means an agent's session token. */
export type Access = 'public' | 'user' | 'admin' | 'agent'

export type RouteContract = {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  path: string
  access: Access
  summary: string
  params?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodType
  /** JSON answer; `bytes` when the route streams a file. */
  answer: z.ZodType | 'bytes' | 'text'
}

export const ErrorAnswer = z
  .object({ error: z.object({ code: ErrorCode, message: z.string(), details: z.unknown().optional() }) })
  .meta({ id: 'Error' })
