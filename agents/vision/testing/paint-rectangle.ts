import sharp from 'sharp'

export type RectanglePicture = {
  widthPx?: number
  heightPx?: number
  /** `[x, y, width, height]` as fractions of the picture. */
  box?: readonly [number, number, number, number]
  /** Red, green and blue, 0..255. */
  colour?: readonly [number, number, number]
}

/** A JPEG with one bright rectangle on dark ground: all that the tiny models see. */
export async function paintRectangle(picture: RectanglePicture = {}): Promise<Buffer> {
  const { widthPx = 640, heightPx = 480, box = [0.25, 0.25, 0.5, 0.5], colour = [255, 0, 0] } = picture
  const [x, y, width, height] = box
  const [r, g, b] = colour
  const size = {
    width: Math.round(width * widthPx),
    height: Math.round(height * heightPx),
    channels: 3 as const,
  }
  const rectangle = await sharp({ create: { ...size, background: { r, g, b } } })
    .png()
    .toBuffer()
  return await sharp({
    create: { width: widthPx, height: heightPx, channels: 3, background: { r: 20, g: 20, b: 20 } },
  })
    .composite([{ input: rectangle, left: Math.round(x * widthPx), top: Math.round(y * heightPx) }])
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .toBuffer()
}
