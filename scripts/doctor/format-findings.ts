import { displayPathName } from '../../protocol/path-name.ts'
import type { Finding } from './finding.ts'

const marks = { ok: '✓', warn: '!', fail: '✗' } as const
const NAME_WIDTH = 13

/**
 * Findings for people, a line each, and below it what to do.
 *
 * @param widthColumns where lines are broken between words
 */
export function formatFindings(findings: readonly Finding[], widthColumns: number): string {
  const indent = ' '.repeat(NAME_WIDTH + 2)
  const lines = findings.flatMap(({ name, result, found, advice }) => {
    const [first = '', ...rest] = wrap(displayPathName(found), widthColumns - indent.length)
    return [
      `${marks[result]} ${name.padEnd(NAME_WIDTH)}${first}`,
      ...[...rest, ...(advice ? wrap(`→ ${displayPathName(advice)}`, widthColumns - indent.length) : [])].map(
        (line) => indent + line,
      ),
    ]
  })
  return [...lines, '', summaryOf(findings)].join('\n')
}

function summaryOf(findings: readonly Finding[]): string {
  const count = (result: Finding['result']) => findings.filter((finding) => finding.result === result).length
  const [warnings, failures] = [count('warn'), count('fail')]
  if (warnings + failures === 0) return 'Everything is as it should be.'
  const parts = [
    failures > 0 && `${failures} ${failures === 1 ? 'thing does' : 'things do'} not work`,
    warnings > 0 && `${warnings} could be better`,
  ]
  return `${parts.filter(Boolean).join(', ')}.`
}

function wrap(text: string, width: number): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines
}
