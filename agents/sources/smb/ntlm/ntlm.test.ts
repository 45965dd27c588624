import { createHash, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { ByteReader } from '../byte-reader.ts'
import { avId, decodeAvPairs, encodeAvPairs } from './av-pairs.ts'
import { md4 } from './md4.ts'
import { ntlmv2Response } from './ntlmv2.ts'
import { rc4 } from './rc4.ts'

test.each([
  ['', '31d6cfe0d16ae931b73c59d7e0c089c0'],
  ['a', 'bde52cb31de33e46245e05fbdbd6fb24'],
  ['abc', 'a448017aaf21d8525fc10ae87aa6729d'],
  ['message digest', 'd9130a8164549fe818874806e1c7014b'],
  ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', '043f8582f241db351ce627e153e7f0e4'],
  [
    '12345678901234567890123456789012345678901234567890123456789012345678901234567890',
    'e33b4ddc9c38f2199c3e7b164fcc0536',
  ],
])('MD4 of “%s” is as RFC 1320 says', (text, hash) => {
  expect(md4(Buffer.from(text)).toString('hex')).toBe(hash)
})

test('MD4 takes every length', () => {
  const hashes = Array.from({ length: 200 }, (_, length) => md4(Buffer.alloc(length, 7)).toString('hex'))
  expect(new Set(hashes).size).toBe(200)
})

test('RC4 is as RFC 6229 says, and its own way back', () => {
  const stream = rc4(Buffer.from('0102030405060708090a0b0c0d0e0f10', 'hex'), Buffer.alloc(32))
  expect(stream.toString('hex')).toBe('9ac7cc9a609d1ef7b2932899cde41b975248c4959014126a6e8a84f11d1a9e1c')
  const [key, text] = [randomBytes(16), randomBytes(300)]
  expect(rc4(key, rc4(key, text)).equals(text)).toBe(true)
})

/** The example of MS-NLMP, section 4.2.4. */
const example = {
  credentials: { user: 'User', domain: 'Domain', password: 'Password' },
  challenge: Buffer.from('0123456789abcdef', 'hex'),
  clientChallenge: Buffer.alloc(8, 0xaa),
  info: encodeAvPairs([
    { id: 2, value: Buffer.from('Domain', 'utf16le') },
    { id: 1, value: Buffer.from('Server', 'utf16le') },
  ]),
}

test('the NTLMv2 proof and key are as MS-NLMP computes them', () => {
  const { credentials, challenge, clientChallenge, info } = example
  const { ntResponse, baseKey } = ntlmv2Response(
    credentials,
    challenge,
    clientChallenge,
    Buffer.alloc(8),
    info,
  )
  expect(ntResponse.subarray(0, 16).toString('hex')).toBe('68cd0ab851e51c96aabc927bebef6a1c')
  expect(baseKey.toString('hex')).toBe('8de40ccadbc14a82f15cb0ad0de95ca3')
  expect(rc4(baseKey, Buffer.alloc(16, 0x55)).toString('hex')).toBe('c5dad2544fc9799094ce1ce90bc9d03e')
})

test('a user’s letters are made large one by one', () => {
  const { challenge, clientChallenge, info } = example
  const proofOf = (user: string) =>
    ntlmv2Response({ user, domain: '', password: 'x' }, challenge, clientChallenge, Buffer.alloc(8), info)
      .ntResponse
  expect(proofOf('zoë')).toEqual(proofOf('ZOË'))
  expect(proofOf('groß')).not.toEqual(proofOf('gross'))
})

test('facts about a server come back as they were written', () => {
  const facts = [1, 2, avId.timestamp].map((id) => ({
    id,
    value: createHash('md5').update(`${id}`).digest(),
  }))
  expect(decodeAvPairs(new ByteReader(encodeAvPairs(facts)))).toEqual(facts)
})
