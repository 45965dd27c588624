import { once } from 'node:events'
import { request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:tls'
import { generate } from 'selfsigned'
import { expect, test } from 'vitest'
import type { AppError } from '../../protocol/errors.ts'
import { readCertificate } from '../pairing/read-certificate.ts'
import { PinnedAgent } from './pinned-agent.ts'

/** Somebody who shows a certificate of their own and notes what they are told. */
async function startImpostor() {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'x' }], { keyType: 'ec' })
  let heard = ''
  const server = createServer({ cert, key }, (socket) => {
    socket.setEncoding('utf8').on('data', (text) => {
      heard += text
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
    })
    socket.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const fingerprint = (await readCertificate(url))!.fingerprint
  const close = async () => void server.close()
  return { url, fingerprint, heard: () => heard, [Symbol.asyncDispose]: close }
}

function ask(url: string, agent: PinnedAgent): Promise<number> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { agent, headers: { authorization: 'Bearer secret' } }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    asking.on('error', reject)
    asking.end()
  })
}

test('the one with the pinned certificate is spoken to, though nobody vouches for it', async () => {
  await using server = await startImpostor()
  expect(await ask(server.url, new PinnedAgent(server.fingerprint))).toBe(200)
  expect(server.heard()).toContain('Bearer secret')
})

test('nothing at all is said to one with another certificate', async () => {
  await using server = await startImpostor()
  await using other = await startImpostor()
  const mismatches: AppError[] = []
  const agent = new PinnedAgent(other.fingerprint, {}, (error) => mismatches.push(error))
  await expect(ask(server.url, agent)).rejects.toMatchObject({
    code: 'unauthenticated',
    message: expect.stringContaining('another certificate'),
  })
  expect(mismatches).toHaveLength(1)
  expect(server.heard()).toBe('')
})

test('every connection shows its certificate, also the second to the same place', async () => {
  await using server = await startImpostor()
  const agent = new PinnedAgent(server.fingerprint)
  expect(await ask(server.url, agent)).toBe(200)
  expect(await ask(server.url, agent)).toBe(200)
})

test('a certificate that nobody vouches for is seen as such', async () => {
  await using server = await startImpostor()
  expect(await readCertificate(server.url)).toMatchObject({ isTrusted: false })
  expect(await readCertificate('http://127.0.0.1:1')).toBeNull()
  await expect(readCertificate('https://127.0.0.1:1')).rejects.toMatchObject({ code: 'unavailable' })
})
