import { createInterface } from 'node:readline/promises'
import { AppError } from '../../../protocol/errors.ts'

/**
 * Asks a person a question; only a written yes is one.
 *
 * @param withoutPerson what to do where nobody can be asked
 * @throws AppError `bad_request` where there is no terminal
 */
export async function askYes(question: string, withoutPerson: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new AppError('bad_request', withoutPerson)
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim())
  } finally {
    terminal.close()
  }
}
