import { expect, test } from 'vitest'
import { findArchiveUri } from './debian-archive.ts'

const paragraphs = `Types: deb
# http://old.example/archive
URIs: http://security.example/debian-security
Suites: bookworm-security
Components: main

Types: deb
URIs: http://mirror.example/debian http://second.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
`

test.each([
  ['paragraphs', paragraphs, 'http://mirror.example/debian'],
  ['a line', 'deb http://mirror.example/debian bookworm main', 'http://mirror.example/debian'],
  ['a line with options', 'deb [arch=amd64] http://m.example/d bookworm contrib main', 'http://m.example/d'],
  ['somebody else’s packages', 'deb http://other.example/apt other-bookworm main', undefined],
  ['sources only', 'deb-src http://mirror.example/debian bookworm main', undefined],
  ['a line that is switched off', '# deb http://mirror.example/debian bookworm main', undefined],
])('the archive is found in %s', (_, text, uri) => {
  expect(findArchiveUri(text, 'bookworm')).toBe(uri)
})
