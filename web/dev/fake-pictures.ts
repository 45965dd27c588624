import sharp from 'sharp'
import { rgbaToThumbHash } from 'thumbhash'
import { derivedSizePx } from '../../protocol/media.ts'
import { drawScene } from './fake-scene.ts'

/** Different scenes; assets share them. */
export const SCENES = 96

export type FakePicture = { widthPx: number; heightPx: number; thumbhash: string }
export type PictureSize = 'preview' | 'grid' | 'tiny' | 'original'

/** The invented pictures, each drawn when it is first asked for. */
export class FakePictures {
  readonly #facts: FakePicture[]
  readonly #drawn = new Map<string, Promise<Buffer>>()

  private constructor(facts: FakePicture[]) {
    this.#facts = facts
  }

  static #shared: Promise<FakePictures> | undefined

  /** Drawn once in a process: on a busy machine it takes seconds, which a page would wait for a server. */
  static shared(): Promise<FakePictures> {
    FakePictures.#shared ??= FakePictures.#create()
    return FakePictures.#shared
  }

  static async #create(): Promise<FakePictures> {
    const facts: FakePicture[] = []
    for (let scene = 0; scene < SCENES; scene += 1) facts.push(await describe(scene))
    return new FakePictures(facts)
  }

  facts(scene: number): FakePicture {
    return this.#facts[scene % SCENES] as FakePicture
  }

  draw(scene: number, size: PictureSize): Promise<Buffer> {
    const key = `${scene % SCENES} ${size}`
    const known = this.#drawn.get(key) ?? render(scene % SCENES, size)
    this.#drawn.set(key, known)
    return known
  }
}

async function describe(scene: number): Promise<FakePicture> {
  const { widthPx, heightPx, svg } = drawScene(scene)
  const small = sharp(Buffer.from(svg)).resize(64, 64, { fit: 'inside' }).ensureAlpha().raw()
  const { data, info } = await small.toBuffer({ resolveWithObject: true })
  const thumbhash = Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64')
  // As if a camera of 12 to 24 megapixels had taken it.
  return { widthPx: widthPx * 3, heightPx: heightPx * 3, thumbhash }
}

async function render(scene: number, size: PictureSize): Promise<Buffer> {
  const picture = sharp(Buffer.from(drawScene(scene).svg))
  if (size === 'original') {
    const { widthPx } = drawScene(scene)
    return picture
      .resize({ width: widthPx * 3 })
      .jpeg({ quality: 80 })
      .toBuffer()
  }
  const sizePx = derivedSizePx[size]
  const fitted = picture.resize(sizePx, sizePx, { fit: 'inside' })
  return size === 'preview'
    ? fitted.jpeg({ quality: 82 }).toBuffer()
    : fitted.webp({ quality: 80 }).toBuffer()
}
