import { expect, test } from 'vitest'
import { findNamedImports } from './named-imports.ts'

test.each([
  [`import { open, type Stats, stat as look } from 'node:fs/promises'`, ['open', 'stat']],
  [`import {\n  open,\n  stat,\n} from 'node:fs'`, ['open', 'stat']],
  [`import type { Stats } from 'node:fs'`, []],
  [`import fs from 'node:fs'`, ['*']],
  [`import * as fs from 'fs'`, ['*']],
  [`import fs, { open } from 'node:fs'`, ['*']],
  [`const fs = await import('node:fs')`, ['*']],
  [`import { open } from './open.ts'`, []],
])('%j takes %j', (code, names) => {
  expect(findNamedImports(code, /^(node:)?fs(\/promises)?$/)).toEqual(names)
})
