/** How a picture lies on the stage: its centre is moved by `x`, `y` pixels, its fitted size multiplied by `scale`. */
export type Zoom = { scale: number; x: number; y: number }
export type Size = { widthPx: number; heightPx: number }

export const fitted: Zoom = { scale: 1, x: 0, y: 0 }

/** Largest size of a picture that shows all of it. Small pictures are not blown up beyond twice their size. */
export function fitInto(picture: Size, stage: Size): Size {
  const scale = Math.min(stage.widthPx / picture.widthPx, stage.heightPx / picture.heightPx)
  const limited = picture.widthPx > 1 ? Math.min(scale, 2) : scale
  return { widthPx: picture.widthPx * limited, heightPx: picture.heightPx * limited }
}

/** Four picture pixels on eight screen pixels is enough to judge sharpness. */
export function maxScale(picture: Size, fit: Size): number {
  return Math.max(4, (picture.widthPx / Math.max(1, fit.widthPx)) * 2)
}

/**
 * Zooms by `factor` so that the point under the pointer stays under it.
 *
 * @param at from the middle of the stage, in pixels
 */
export function zoomAt(zoom: Zoom, factor: number, at: { x: number; y: number }, max: number): Zoom {
  const scale = Math.min(max, Math.max(1, zoom.scale * factor))
  const share = scale / zoom.scale
  return { scale, x: at.x - (at.x - zoom.x) * share, y: at.y - (at.y - zoom.y) * share }
}

export function panBy(zoom: Zoom, dx: number, dy: number): Zoom {
  return { ...zoom, x: zoom.x + dx, y: zoom.y + dy }
}

/** Keeps the picture's edges from being dragged into the stage; a picture that fits stays in the middle. */
export function keepInside(zoom: Zoom, fit: Size, stage: Size): Zoom {
  const roomX = Math.max(0, (fit.widthPx * zoom.scale - stage.widthPx) / 2)
  const roomY = Math.max(0, (fit.heightPx * zoom.scale - stage.heightPx) / 2)
  return {
    scale: zoom.scale,
    x: Math.min(roomX, Math.max(-roomX, zoom.x)),
    y: Math.min(roomY, Math.max(-roomY, zoom.y)),
  }
}

/** Whether more pixels than the preview has would be seen. */
export function needsOriginal(
  zoom: Zoom,
  fit: Size,
  previewLongestPx: number,
  devicePixelRatio: number,
): boolean {
  return (
    zoom.scale > 1.05 &&
    Math.max(fit.widthPx, fit.heightPx) * zoom.scale * devicePixelRatio > previewLongestPx
  )
}
