import { expect, test } from 'vitest'
import { describeMissingPrograms } from './optional-programs.ts'

test('each missing program is one line with the command that brings it', () => {
  const lines = describeMissingPrograms((name) => (name === 'strace' ? undefined : `/bin/${name}`))
  expect(lines).toEqual([
    'strace is missing: the audits of system calls are skipped; get it with apt-get install strace',
  ])
})

test('another name of the same program will do', () => {
  const lines = describeMissingPrograms((name) => (name === 'chromium' ? undefined : `/bin/${name}`))
  expect(lines).toEqual([])
})
