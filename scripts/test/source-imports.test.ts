import { expect, test } from 'vitest'
import { findImports, withoutComments } from './source-imports.ts'

test.each([
  [`import { a } from './a.ts'`, './a.ts', false],
  [`import {\n  a,\n  b,\n} from './a.ts'`, './a.ts', false],
  [`import type { A } from './a.ts'`, './a.ts', true],
  [`import { type A, b } from './a.ts'`, './a.ts', false],
  [`import * as a from "a"`, 'a', false],
  [`import './a.css'`, './a.css', false],
  [`export { a } from './a.ts'`, './a.ts', false],
  [`const a = await import('./a.ts')`, './a.ts', false],
])('finds %j', (code, name, typeOnly) => {
  expect(findImports(`const x = 'y'\n${code}\nfoo('from')\n`)).toEqual([{ name, typeOnly }])
})

test('comments import nothing', () => {
  expect(findImports(`/* import { a } from './a.ts' */\n// import './b.ts'\n`)).toEqual([])
  expect(withoutComments(`a // b\n/* c */d`)).toBe('a \nd')
})
