import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../protocol/errors.ts'

const FOLDER = join(import.meta.dirname, '..', '..', 'config', 'services')

/**
 * A file of `config/services` with its `{{names}}` filled in. Lines of which nothing is left go.
 *
 * @param values already escaped for the format
 */
export function fillTemplate(file: string, values: Readonly<Record<string, string>>): string {
  return readFileSync(join(FOLDER, file), 'utf8')
    .split('\n')
    .flatMap((line) => {
      const filled = line.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
        const value = values[name]
        if (value === undefined) throw new Error(`${file} wants ${name}`)
        return value
      })
      return filled === '' && line !== '' ? [] : [filled]
    })
    .join('\n')
}

/**
 * A path or word for a service's file. None of the formats can hold a line break everywhere.
 *
 * @throws AppError `bad_request`
 */
export function requirePlain(text: string): string {
  if (!/\p{Cc}/u.test(text) && text.isWellFormed()) return text
  throw new AppError(
    'bad_request',
    `${JSON.stringify(text)} has a line break or another control character in it: services cannot be given such a name`,
  )
}
