import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addSampleAsset } from './testing/sample-library.ts'
import { addAgent, cookieOf, rawRequest, startTestServer } from './testing/test-server.ts'
import { webPathSegments } from './web-path.ts'

const secret = 'only for the owner'
const script = `console.log(${JSON.stringify('x'.repeat(5_000))})`

/** A built app, with a secret beside it and hidden in it, and links that lead out. */
async function makeWeb() {
  const root = await mkdtemp(join(tmpdir(), 'hearth-web-'))
  const folder = join(root, 'dist')
  await mkdir(join(folder, 'static'), { recursive: true })
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Hearth</title>')
  await writeFile(join(folder, 'static', 'main-a1b2c3.js'), script)
  await writeFile(join(folder, 'favicon.svg'), '<svg/>')
  await writeFile(join(folder, '.env'), secret)
  await writeFile(join(root, 'secret.txt'), secret)
  await symlink(join(root, 'secret.txt'), join(folder, 'link.txt'))
  await symlink(root, join(folder, 'up'))
  return { root, folder, [Symbol.asyncDispose]: () => rm(root, { recursive: true }) }
}

test('pages are the app, hashed files are kept for ever, all compressed', async () => {
  await using web = await makeWeb()
  await using server = await startTestServer({ webFolder: web.folder })
  for (const path of ['/', '/timeline', '/assets/123', '/settings/agents/']) {
    const page = await fetch(server.url + path)
    expect(page.status, path).toBe(200)
    expect(await page.text()).toContain('<title>Hearth</title>')
    expect(page.headers.get('cache-control')).toBe('no-cache')
    expect(page.headers.get('content-security-policy')).toContain(
      "script-src 'self'".replace('script', 'default'),
    )
    const again = await fetch(server.url + path, { headers: { 'if-none-match': page.headers.get('etag')! } })
    expect(again.status).toBe(304)
  }
  for (const [encoding, decode] of [
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
    ['identity', (bytes: Buffer) => bytes],
  ] as const) {
    const file = await rawRequest(server.url, '/static/main-a1b2c3.js', {
      headers: { 'accept-encoding': encoding },
    })
    expect(file.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(file.headers['content-type']).toBe('text/javascript; charset=utf-8')
    expect(decode(file.body).toString()).toBe(script)
    expect(file.body.length < 1_000).toBe(encoding !== 'identity')
  }
  for (const gone of ['/static/main-old.js', '/missing.png', '/static']) {
    expect((await fetch(server.url + gone)).status, gone).toBe(404)
  }
})

test('until the app is built its pages say so, and then they are there', async () => {
  await using web = await makeWeb()
  await using server = await startTestServer({ webFolder: null })
  const waiting = await fetch(`${server.url}/`)
  expect(waiting.status).toBe(503)
  expect(await waiting.text()).toContain('http-equiv="refresh"')
  server.http.setWebFolder(join(web.root, 'not-yet'))
  expect((await fetch(`${server.url}/`)).status).toBe(503)
  server.http.setWebFolder(web.folder)
  expect((await fetch(`${server.url}/`)).status).toBe(200)
  await writeFile(join(web.folder, 'index.html'), '<!doctype html><title>Newer</title>')
  expect(await (await fetch(`${server.url}/`)).text()).toContain('Newer')
})

/** Ways to spell "up", each to be put before targets. */
const ups = [
  '..',
  '%2e%2e',
  '.%2e',
  '%2e.',
  '%252e%252e',
  '..%00',
  '..%2f',
  '..%5c',
  '..\\',
  '%2e%2e%2f',
  '....//',
  '..;',
  '%c0%ae%c0%ae',
  '%ff..',
  '\\..',
  '/..',
  '//..',
  './..',
  'static/..',
  'static/%2e%2e',
  'up',
  'up/..',
  '%75p',
  '..%c0%af',
  '..%ef%bc%8f',
  '．．',
  '%uff0e%uff0e',
  '..%09',
  '~',
  'C:',
  '%5c%5c.%5cC:',
].map((up) => encodeURI(up).replace(/%25/g, '%'))
const targets = [
  'secret.txt',
  '/secret.txt',
  '/../secret.txt',
  '\\secret.txt',
  '%2fsecret.txt',
  '/%2e%2e/secret.txt',
  '/.env',
]
const payloads = [
  ...ups.flatMap((up) =>
    targets.map(
      (target) =>
        `/${up}${target.startsWith('/') || target.startsWith('\\') || target.startsWith('%') ? '' : '/'}${target}`,
    ),
  ),
  '/.env',
  '/%2eenv',
  '/static/../.env',
  '/link.txt',
  '/link.txt/',
  '/up/secret.txt',
  '/up/dist/index.html',
  '/etc/passwd',
  '//etc/passwd',
  '/%2fetc%2fpasswd',
  '/%00',
  '/index.html%00',
  '/index.html%00.js',
  '/%',
  '/%zz',
  '/static/%2e%2e%2f.env',
]

test('no spelling of a path leaves the folder of the app or of the API', async () => {
  expect(payloads.length).toBeGreaterThan(200)
  await using web = await makeWeb()
  await using server = await startTestServer({ webFolder: web.folder })
  const agent = await addAgent(server.db, 'nas')
  await addSampleAsset(server.db, server.store, { agentId: agent.id })
  await writeFile(join(server.folder, 'secret.txt'), secret)
  const headers = { cookie: await cookieOf(server.db, 'admin') }
  for (const payload of payloads) {
    for (const prefix of ['', '/static', '/docs', '/api/assets/1', '/api/derived']) {
      const answer = await rawRequest(server.url, prefix + payload, { headers })
      const what = `${prefix}${payload}: ${answer.status}`
      expect(answer.body.toString(), what).not.toContain(secret)
      expect(answer.body.toString(), what).not.toContain('root:')
      expect(answer.status, what).not.toBe(500)
    }
  }
  expect(server.log).toEqual([])
})

test('a path becomes plain names or nothing', () => {
  expect(webPathSegments('/')).toEqual([])
  expect(webPathSegments('/a/b%20c.js')).toEqual(['a', 'b c.js'])
  expect(webPathSegments('/a/')).toEqual(['a'])
  fc.assert(
    fc.property(
      fc.oneof(fc.webPath(), fc.string({ unit: 'binary' }), fc.constantFrom(...payloads)),
      (path) => {
        for (const segment of webPathSegments(path) ?? []) expect(segment).toMatch(/^[^./\\\0:][^/\\\0:]*$/)
      },
    ),
  )
})
