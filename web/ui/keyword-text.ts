import { KeywordPath } from '../../protocol/curation.ts'

/** `Places › Italy › Rome` */
export function keywordText(path: readonly string[]): string {
  return path.join(' › ')
}

/**
 * A keyword as somebody types it: `Rome`, or with the way that leads to it, `Places/Italy/Rome`.
 *
 * @returns undefined for one that no keyword may be
 */
export function readKeyword(text: string): string[] | undefined {
  const steps = text
    .split(/[/|›>]/)
    .map((step) => step.trim())
    .filter((step) => step !== '')
  const read = KeywordPath.safeParse(steps)
  return read.success ? read.data : undefined
}

export function isSameKeyword(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((step, at) => step === b[at])
}
