import { z } from 'zod'

export const LogLevel = z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])

/** What every process of Hearth can be told. */
export const ProcessConfig = z.object({
  logLevel: LogLevel.default('info').describe('Least severe log line to write'),
})
