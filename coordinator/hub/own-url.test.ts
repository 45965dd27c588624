import { expect, test } from 'vitest'
import { ownUrl } from './own-url.ts'

test.each([
  ['127.0.0.1', 'http://127.0.0.1:8470'],
  ['photos.home', 'http://photos.home:8470'],
  ['0.0.0.0', 'http://nas:8470'],
  ['::', 'http://nas:8470'],
  ['fd00::7', 'http://[fd00::7]:8470'],
])('a coordinator that listens on %s is reached at %s', (host, url) => {
  expect(ownUrl(host, 8470, 'nas')).toBe(url)
})

test('with TLS it is an https address', () => {
  expect(ownUrl('0.0.0.0', 8470, 'nas', true)).toBe('https://nas:8470')
})
