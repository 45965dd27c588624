import type { AppError } from '../../protocol/errors.ts'

/** @param error `machine_asleep`; @param what comes by itself, as the beginning of a sentence */
export function wakingSentence(error: AppError, what: string): string {
  return `${error.message.split(';')[0]}. ${what}, usually within a minute.`
}
