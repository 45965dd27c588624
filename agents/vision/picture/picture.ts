export type Size = { widthPx: number; heightPx: number }

/** An upright picture in memory: RGB, 8 bits a channel, row-major, `heightPx * widthPx * 3` bytes. */
export type Picture = Size & { rgb: Uint8Array }
