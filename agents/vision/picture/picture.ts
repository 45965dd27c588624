/** An upright picture in memory: RGB, 8 bits a channel, row-major, `heightPx * widthPx * 3` bytes. */
export type Picture = { widthPx: number; heightPx: number; rgb: Uint8Array }
