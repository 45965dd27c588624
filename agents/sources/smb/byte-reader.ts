import { malformed } from './smb-error.ts'

/**
 * Little-endian numbers and parts of a message from the network. Every offset and length may be a lie: whatever
 * does not lie within the bytes is an `SmbError`, never a crash and never other memory.
 */
export class ByteReader {
  readonly bytes: Buffer

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get length(): number {
    return this.bytes.length
  }

  u8(at: number): number {
    return this.part(at, 1).readUInt8()
  }

  u16(at: number): number {
    return this.part(at, 2).readUInt16LE()
  }

  u32(at: number): number {
    return this.part(at, 4).readUInt32LE()
  }

  u64(at: number): bigint {
    return this.part(at, 8).readBigUInt64LE()
  }

  /** A 64-bit size or place in a file, which must be a number that JavaScript has. */
  size(at: number): number {
    const value = this.u64(at)
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed(`a size of ${value} bytes`)
    return Number(value)
  }

  /** Without copying. */
  part(at: number, length: number): Buffer {
    if (!(at >= 0 && length >= 0 && at + length <= this.bytes.length)) {
      throw malformed(`${length} bytes at ${at} of ${this.bytes.length}`)
    }
    return this.bytes.subarray(at, at + length)
  }

  /** UTF-16 units as they are, unpaired surrogates included. */
  text(at: number, lengthBytes: number): string {
    if (lengthBytes % 2 !== 0) throw malformed('half a character')
    return this.part(at, lengthBytes).toString('utf16le')
  }
}
