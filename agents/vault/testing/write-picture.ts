import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'

/** A picture whose four quarters are red (top left), green, blue and white. */
export async function quarters(widthPx: number, heightPx: number): Promise<Buffer> {
  const pixels = Buffer.alloc(widthPx * heightPx * 3)
  const colours = [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [255, 255, 255],
  ]
  for (let y = 0; y < heightPx; y += 1) {
    for (let x = 0; x < widthPx; x += 1) {
      const colour = colours[(y < heightPx / 2 ? 0 : 2) + (x < widthPx / 2 ? 0 : 1)] ?? []
      pixels.set(colour, (y * widthPx + x) * 3)
    }
  }
  return await sharp(pixels, { raw: { width: widthPx, height: heightPx, channels: 3 } })
    .png()
    .toBuffer()
}

/** Writes a small JPEG and returns its bytes. */
export async function writeJpeg(root: string, name: string | Buffer, sidePx = 64): Promise<Buffer> {
  const bytes = await sharp(await quarters(sidePx, sidePx))
    .jpeg()
    .toBuffer()
  await writeFile(
    typeof name === 'string' ? join(root, name) : Buffer.concat([Buffer.from(`${root}/`), name]),
    bytes,
  )
  return bytes
}

/** An interlaced PNG of one colour: a small file whose decoder holds the whole picture and takes its time. */
export async function slowPicture(sidePx: number): Promise<Buffer> {
  return await sharp({ create: { width: sidePx, height: sidePx, channels: 3, background: '#456789' } })
    .png({ progressive: true, compressionLevel: 1 })
    .toBuffer()
}
