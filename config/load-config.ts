import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { AppError } from '../protocol/errors.ts'

/**
 * Reads this process's configuration: the JSON file named by `--config`, or the JSON in `HEARTH_CONFIG`
 * (how `npm start` hands each process its part; an environment is not visible to other users).
 *
 * @throws AppError `bad_request` that lists every problem
 */
export function loadConfig<T extends z.ZodType>(schema: T): z.output<T> {
  const { values } = parseArgs({ options: { config: { type: 'string' } }, strict: false })
  const source = typeof values.config === 'string' ? values.config : 'HEARTH_CONFIG'
  const text =
    typeof values.config === 'string' ? readFileSync(values.config, 'utf8') : process.env.HEARTH_CONFIG
  if (text === undefined) {
    throw new AppError(
      'bad_request',
      'No configuration: give --config FILE, or start everything with npm start',
    )
  }
  return parseConfig(schema, text, source)
}

export function parseConfig<T extends z.ZodType>(schema: T, text: string, source: string): z.output<T> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new AppError('bad_request', `The configuration in ${source} is not JSON`, { cause: error })
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success) {
    throw new AppError(
      'bad_request',
      `The configuration in ${source} is wrong:\n${z.prettifyError(parsed.error)}`,
    )
  }
  return parsed.data
}
