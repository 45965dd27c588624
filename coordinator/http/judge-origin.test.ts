import { expect, test } from 'vitest'
import type { RouteContract } from '../../protocol/api/route-contract.ts'
import { type RouteName, routes } from '../../protocol/api/routes.ts'
import { isSameOrigin } from './judge-origin.ts'
import { headersOf, siteCombinations } from './testing/site-combinations.ts'
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

test('of forty ways to say where a request comes from, every route that changes something takes only our own', async () => {
  await using server = await startTestServer()
  const cookie = await cookieOf(server.db, 'admin')
  const combinations = siteCombinations(server.url, cookie)
  expect(combinations).toHaveLength(40)
  for (const name of Object.keys(routes) as RouteName[]) {
    const route: RouteContract = routes[name]
    // About nothing that exists, and without a body: what passes does no harm, and is told apart from what does not.
    const path = route.path.replace(/:(\w+)/g, (_, key: string) => (key === 'hash' ? 'a'.repeat(64) : '4711'))
    const method = route.method.toUpperCase()
    await Promise.all(
      combinations.map(async (each) => {
        const answer = await rawRequest(server.url, path, { method, headers: headersOf(each) })
        const isRefused = answer.status === 403 && answer.body.toString().includes('another site')
        expect(isRefused, `${name} ${JSON.stringify(each)}`).toBe(route.method !== 'get' && !each.passes)
      }),
    )
  }
})
