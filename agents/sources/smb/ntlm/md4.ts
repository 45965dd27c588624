/** Rounds of RFC 1320: constant, the order of the words, the shifts. */
const rounds = [
  {
    constant: 0,
    order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    shifts: [3, 7, 11, 19],
    mix: (b: number, c: number, d: number) => (b & c) | (~b & d),
  },
  {
    constant: 0x5a827999,
    order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
    shifts: [3, 5, 9, 13],
    mix: (b: number, c: number, d: number) => (b & c) | (b & d) | (c & d),
  },
  {
    constant: 0x6ed9eba1,
    order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
    shifts: [3, 9, 11, 15],
    mix: (b: number, c: number, d: number) => b ^ c ^ d,
  },
]

/**
 * MD4, which nothing should use any more and NTLM cannot do without; OpenSSL 3 has it no longer.
 *
 * @returns 16 bytes
 * @see https://www.rfc-editor.org/rfc/rfc1320
 */
export function md4(message: Uint8Array): Buffer {
  const padded = pad(message)
  let state: [number, number, number, number] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]
  for (let at = 0; at < padded.length; at += 64) {
    const [a, b, c, d] = digestBlock(state, padded.subarray(at, at + 64))
    state = [(state[0] + a) | 0, (state[1] + b) | 0, (state[2] + c) | 0, (state[3] + d) | 0]
  }
  const hash = Buffer.alloc(16)
  for (const [i, word] of state.entries()) hash.writeInt32LE(word | 0, i * 4)
  return hash
}

function digestBlock(state: readonly number[], block: Buffer): [number, number, number, number] {
  let [a, b, c, d] = state as [number, number, number, number]
  for (const { constant, order, shifts, mix } of rounds) {
    for (const [step, word] of order.entries()) {
      const sum = (a + mix(b, c, d) + block.readUInt32LE(word * 4) + constant) | 0
      const shift = shifts[step % 4] as number
      ;[a, b, c, d] = [d, (sum << shift) | (sum >>> (32 - shift)), b, c]
    }
  }
  return [a, b, c, d]
}

function pad(message: Uint8Array): Buffer {
  const padded = Buffer.alloc((Math.floor((message.length + 8) / 64) + 1) * 64)
  padded.set(message)
  padded[message.length] = 0x80
  padded.writeBigUInt64LE(BigInt(message.length) * 8n, padded.length - 8)
  return padded
}
