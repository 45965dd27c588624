import { expect, test } from 'vitest'
import { isSameKeyword, keywordText, readKeyword } from './keyword-text.ts'

test.each([
  ['Rome', ['Rome']],
  ['  New York ', ['New York']],
  ['Places/Italy/Rome', ['Places', 'Italy', 'Rome']],
  ['Places | Italy', ['Places', 'Italy']],
  ['Places › Italy > Rome', ['Places', 'Italy', 'Rome']],
  ['/Rome/', ['Rome']],
  ['', undefined],
  [' / ', undefined],
  ['a'.repeat(300), undefined],
])('%j is read as %j', (text, path) => {
  expect(readKeyword(text)).toEqual(path)
})

test('what is shown is read as the same again', () => {
  const path = ['Places', 'Italy', 'Rome']
  expect(readKeyword(keywordText(path))).toEqual(path)
})

test('a keyword is another one below another parent', () => {
  expect(isSameKeyword(['Rome'], ['Rome'])).toBe(true)
  expect(isSameKeyword(['Rome'], ['Italy', 'Rome'])).toBe(false)
})
