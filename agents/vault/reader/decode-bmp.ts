import type { Pixels } from './make-derived.ts'

const FILE_HEADER_BYTES = 14
const OLD_HEADER_BYTES = 12
const BI_RGB = 0
const BI_BITFIELDS = 3

/** The layout of a BMP file as its headers give it. */
export type BmpHeader = {
  widthPx: number
  heightPx: number
  topDown: boolean
  bitsPerPixel: number
  pixelsAt: number
  paletteAt: number
  paletteEntryBytes: number
}

/**
 * Reads the headers of an uncompressed Windows bitmap.
 *
 * @returns undefined for anything else: run-length encoded, 16 bits a pixel, embedded JPEG, not a BMP
 */
export function findBmpHeader(bytes: Buffer): BmpHeader | undefined {
  if (bytes.length < FILE_HEADER_BYTES + 40 || bytes.toString('latin1', 0, 2) !== 'BM') return undefined
  const headerBytes = bytes.readUInt32LE(14)
  const old = headerBytes === OLD_HEADER_BYTES
  if (!old && (headerBytes < 40 || headerBytes > 1_024)) return undefined
  const heightPx = old ? bytes.readUInt16LE(20) : bytes.readInt32LE(22)
  const bitsPerPixel = bytes.readUInt16LE(old ? 24 : 28)
  const compression = old ? BI_RGB : bytes.readUInt32LE(30)
  const isPlain = compression === BI_RGB || (compression === BI_BITFIELDS && hasUsualMasks(bytes))
  if (!isPlain || ![1, 4, 8, 24, 32].includes(bitsPerPixel)) return undefined
  const header: BmpHeader = {
    widthPx: old ? bytes.readUInt16LE(18) : bytes.readInt32LE(18),
    heightPx: Math.abs(heightPx),
    topDown: heightPx < 0,
    bitsPerPixel,
    pixelsAt: bytes.readUInt32LE(10),
    paletteAt: FILE_HEADER_BYTES + headerBytes,
    paletteEntryBytes: old ? 3 : 4,
  }
  return header.widthPx > 0 && header.heightPx > 0 ? header : undefined
}

/** Whether 32-bit pixels lie as blue, green, red, unused: what nearly every writer with masks writes. */
function hasUsualMasks(bytes: Buffer): boolean {
  if (bytes.length < 66 || bytes.readUInt16LE(28) !== 32) return false
  return [0x00ff0000, 0x0000ff00, 0x000000ff].every((mask, i) => bytes.readUInt32LE(54 + i * 4) === mask)
}

/**
 * Decodes an uncompressed bitmap to RGB. Pixels that the file does not have are black.
 *
 * @returns `isWhole` tells whether all of them were there
 */
export function decodeBmp(bytes: Buffer, header: BmpHeader): { pixels: Pixels; isWhole: boolean } {
  const { widthPx, heightPx, bitsPerPixel } = header
  const data = Buffer.alloc(widthPx * heightPx * 3)
  const rowBytes = Math.ceil((widthPx * bitsPerPixel) / 32) * 4
  const readPixel = bitsPerPixel >= 24 ? readDirect : readIndexed
  for (let y = 0; y < heightPx; y += 1) {
    const rowAt = header.pixelsAt + (header.topDown ? y : heightPx - 1 - y) * rowBytes
    if (rowAt >= bytes.length) continue
    for (let x = 0; x < widthPx; x += 1) {
      const from = readPixel(bytes, header, rowAt, x)
      const to = (y * widthPx + x) * 3
      data[to] = bytes[from + 2] ?? 0
      data[to + 1] = bytes[from + 1] ?? 0
      data[to + 2] = bytes[from] ?? 0
    }
  }
  const isWhole = header.pixelsAt + rowBytes * heightPx <= bytes.length
  return { pixels: { data, widthPx, heightPx, channels: 3 }, isWhole }
}

/** Offset of the blue byte of a pixel that holds its colour itself. */
function readDirect(_bytes: Buffer, { bitsPerPixel }: BmpHeader, rowAt: number, x: number): number {
  return rowAt + x * (bitsPerPixel / 8)
}

/** Offset of the blue byte in the palette of a pixel that holds a number. */
function readIndexed(bytes: Buffer, header: BmpHeader, rowAt: number, x: number): number {
  const { bitsPerPixel } = header
  const bitAt = x * bitsPerPixel
  const byte = bytes[rowAt + (bitAt >> 3)] ?? 0
  const index = (byte >> (8 - bitsPerPixel - (bitAt & 7))) & ((1 << bitsPerPixel) - 1)
  return header.paletteAt + index * header.paletteEntryBytes
}
