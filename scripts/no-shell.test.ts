import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findImports, withoutComments } from './test/source-imports.ts'

const repositoryFolder = join(import.meta.dirname, '..')
const agentFiles = globSync('agents/**/*.ts', { cwd: repositoryFolder }).filter(
  (path) => !/\.test\.ts$|[/\\]testing[/\\]/.test(path),
)
const read = (path: string) => withoutComments(readFileSync(join(repositoryFolder, path), 'utf8'))

/** What would make code or a command line of text. */
const makesCode =
  /\beval\(|\bnew Function\(|\bexec(Sync)?\(\s*[`'"a-z]|\bshell:\s*(?!false)|['"](sh|bash|cmd\.exe|powershell)['"]/
const codeModules = ['node:vm', 'node:repl', 'vm', 'repl']

/** They give a shell a text that never changes. */
const mayUseShell: Record<string, string> = {
  'agents/power/input-idle.ts': 'asks Windows how long nobody has typed, which only its own calls can',
  'agents/power/keep-awake-command.ts': 'keeps Windows awake, which only its own calls can',
  'agents/power/suspend-watch.ts': 'ends a program that does not end with its input',
}

test('no agent makes code or a shell’s command line of text, so that no job can', () => {
  expect(agentFiles.length).toBeGreaterThan(50)
  const wrong = agentFiles
    .filter((path) => !(path in mayUseShell))
    .flatMap((path) => {
      const match = makesCode.exec(read(path).replaceAll('.exec(', '.match('))
      return match ? [`${path}: ${match[0]}`] : []
    })
  expect(wrong).toEqual([])
})

test('no agent imports what runs code', () => {
  const wrong = agentFiles.flatMap((path) =>
    findImports(read(path))
      .filter(({ name }) => codeModules.includes(name))
      .map(({ name }) => `${path} imports ${name}`),
  )
  expect(wrong).toEqual([])
})
