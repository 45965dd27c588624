import { execFile } from 'node:child_process'
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { loadAgentKey, setKeyAside, signStatement } from './agent-key.ts'

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'hearth-key-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

test('a key is made once, and is the same ever after', async () => {
  await using folder = await temporaryFolder()
  const state = join(folder.path, 'not', 'there', 'yet')
  const { publicKey } = loadAgentKey(state)
  expect(publicKey).toMatch(/^[\w-]{43}$/)
  expect(loadAgentKey(state).publicKey).toBe(publicKey)
  expect(await readdir(state)).toEqual(['agent-key.pem'])
  expect(loadAgentKey(join(folder.path, 'other')).publicKey).not.toBe(publicKey)
})

test.skipIf(process.platform === 'win32')('only its user may read it', async () => {
  await using folder = await temporaryFolder()
  const state = join(folder.path, 'state')
  const umask = process.umask(0)
  try {
    loadAgentKey(state)
  } finally {
    process.umask(umask)
  }
  expect(((await stat(state)).mode & 0o777).toString(8)).toBe('700')
  expect(((await stat(join(state, 'agent-key.pem'))).mode & 0o777).toString(8)).toBe('600')
})

test('it signs what it is given, as its public half shows', async () => {
  await using folder = await temporaryFolder()
  const key = loadAgentKey(folder.path)
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key.publicKey }, format: 'jwk' })
  const signature = Buffer.from(signStatement(key, 'this'), 'base64url')
  expect(verify(null, Buffer.from('this'), publicKey, signature)).toBe(true)
  expect(verify(null, Buffer.from('that'), publicKey, signature)).toBe(false)
})

test('a key that is set aside stays on the disk, and the next one is another', async () => {
  await using folder = await temporaryFolder()
  const before = loadAgentKey(folder.path).publicKey
  setKeyAside(folder.path, new Date('2030-01-02T03:04:05Z'))
  expect(loadAgentKey(folder.path).publicKey).not.toBe(before)
  expect(await readdir(folder.path)).toEqual(['agent-key.2030-01-02T03-04-05.000Z.pem', 'agent-key.pem'])
  setKeyAside(join(folder.path, 'empty'), new Date())
})

const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey.export({
  format: 'pem',
  type: 'pkcs8',
})

test.each([
  ['an empty file', ''],
  ['half a key', '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw'],
  ['a key of another kind', rsa],
])('%s is not replaced, and the sentence says what to do', async (_title, content) => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'agent-key.pem')
  await writeFile(path, content)
  expect(() => loadAgentKey(folder.path)).toThrow(
    expect.objectContaining({
      code: 'bad_request',
      message: expect.stringMatching(/restore it, or remove it/),
    }),
  )
  expect(await readFile(path, 'utf8')).toBe(content)
})

test('processes that start at once agree on one key', async () => {
  await using folder = await temporaryFolder()
  const script = `import { loadAgentKey } from ${JSON.stringify(join(import.meta.dirname, 'agent-key.ts'))}
    process.stdout.write(loadAgentKey(${JSON.stringify(folder.path)}).publicKey)`
  const keys = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
      return stdout
    }),
  )
  expect(new Set(keys).size).toBe(1)
  expect(await readdir(folder.path)).toEqual(['agent-key.pem'])
})

test('what cannot be read is an error, not a reason for a new key', async () => {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, 'agent-key.pem'))
  expect(() => loadAgentKey(folder.path)).toThrow(/EISDIR/)
})
