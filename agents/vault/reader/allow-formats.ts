import sharp from 'sharp'

/** The decoders of libvips that may run; each is built and fuzzed by its own project and kept up to date by sharp. */
const allowedLoaders = ['Jpeg', 'Png', 'Webp', 'Tiff', 'Nsgif', 'Heif']

/**
 * Sets libvips up for untrusted files: one thread, because several processes run side by side; no
 * cache, because no picture comes twice; and no other format (SVG, PDF, ImageMagick…) is ever opened.
 */
export function allowFormats(): void {
  sharp.concurrency(1)
  sharp.cache(false)
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({ operation: allowedLoaders.map((name) => `VipsForeignLoad${name}`) })
}
