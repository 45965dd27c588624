import { expect, test } from 'vitest'
import { classOfProcess } from './hearth-process.ts'

test.each([
  ['/n/node /h/scripts/start.ts /p --once', 'supervisor'],
  ['/n/node --disable-warning=x /h/coordinator/db/embedded/main.ts', 'database'],
  ['/n/node /h/coordinator/main.ts', 'coordinator'],
  ['/n/node /h/agents/main.ts', 'agents'],
  ['/n/node --max-old-space-size=1 /h/agents/vault/reader/main.ts', 'readers'],
  ['/usr/bin/perl /h/node_modules/exiftool-vendored.pl/bin/exiftool -stay_open True', 'exiftool'],
  ['sh -c x', 'other'],
])('%s is of class %s', (command, name) => {
  expect(classOfProcess({ command })).toBe(name)
})
