import { expect, test } from 'vitest'
import { type RouteContract, type RouteName, routes } from '../../protocol/api.ts'
import { isSameOrigin } from './judge-origin.ts'
import { cookieOf, rawRequest, startTestServer } from './testing/test-server.ts'

const host = 'nas.local:8470'
const publicOrigins = ['https://photos.example', 'https://photos.example:8443/']

const origins: [string | undefined, boolean | undefined][] = [
  [undefined, undefined],
  ['http://nas.local:8470', true],
  ['https://photos.example', true],
  ['https://photos.example:8443', true],
  ['http://photos.example', false],
  ['https://photos.example.evil.example', false],
  ['https://evil.example', false],
  ['http://nas.local', false],
  ['http://nas.local:8471', false],
  ['http://evil-nas.local:8470', false],
  ['null', false],
  ['', false],
  ['file://', false],
  ['http://nas.local:8470@evil.example', false],
]
const sites: [string | undefined, boolean | undefined][] = [
  [undefined, undefined],
  ['same-origin', true],
  ['none', true],
  ['same-site', false],
  ['cross-site', false],
  ['anything', false],
]

const matrix = origins.flatMap(([origin, byOrigin]) =>
  sites.flatMap(([site, bySite]) =>
    [undefined, 'hearth_session=x'].map((cookie) => ({
      origin,
      site,
      cookie,
      // The browser's own word first, then the origin; without either, only what has no cookie.
      expected: bySite === true ? true : (byOrigin ?? (bySite === undefined && cookie === undefined)),
    })),
  ),
)

test.each(matrix)(
  'origin $origin, site $site, cookie $cookie: $expected',
  ({ origin, site, cookie, expected }) => {
    const headers = { host, origin, cookie, 'sec-fetch-site': site }
    expect(isSameOrigin({ headers }, publicOrigins)).toBe(expected)
  },
)

test('a plain read without a word about its origin passes, one with a foreign origin does not', () => {
  const cookie = 'hearth_session=x'
  expect(isSameOrigin({ headers: { host, cookie }, isPlainRead: true }, [])).toBe(true)
  const foreign = { host, cookie, origin: 'https://evil.example' }
  expect(isSameOrigin({ headers: foreign, isPlainRead: true }, [])).toBe(false)
  expect(
    isSameOrigin({ headers: { host, cookie, 'sec-fetch-site': 'cross-site' }, isPlainRead: true }, []),
  ).toBe(false)
})

test('every route that changes something refuses another site, before it looks at anything else', async () => {
  await using server = await startTestServer()
  const { host } = new URL(server.url)
  for (const name of Object.keys(routes) as RouteName[]) {
    const route: RouteContract = routes[name]
    const path = route.path.replace(':id', '1').replace(':hash', 'a'.repeat(64)).replace(':bucket', '2024-05')
    const cookie = await cookieOf(server.db, 'admin')
    for (const headers of [
      { host, cookie, origin: 'https://evil.example' },
      { host, cookie, 'sec-fetch-site': 'cross-site' },
      { host, cookie },
      { host, origin: 'https://evil.example' },
    ]) {
      const answer = await rawRequest(server.url, path, { method: route.method.toUpperCase(), headers })
      const refused = answer.status === 403 && answer.body.toString().includes('another site')
      expect(refused, `${name} ${JSON.stringify(headers)}`).toBe(route.method !== 'get')
    }
  }
})
