/**
 * A timeline of a million pictures is taller than any element a browser can draw (Chromium ends at 33.5
 * million pixels, Firefox at 17.9). So the element that scrolls is at most `MAX_CANVAS_PX` tall and shows a
 * part of the virtual timeline: `virtual = physical + basePx`.
 *
 * The same number makes corrections invisible. When a month above the screen turns out to be taller than
 * estimated, `basePx` takes up the difference: nothing on screen moves and nobody writes to `scrollTop`,
 * which would stop a finger's momentum.
 */
export const MAX_CANVAS_PX = 4_000_000
/** Distance from the canvas' ends at which a resting view is brought back to the middle. */
const MARGIN_PX = 1_000_000

export type ScrollSpace = {
  /** Whole height of the timeline. */
  totalPx: number
  viewportPx: number
  basePx: number
  /** The element's own `scrollTop`. */
  scrollTop: number
}

export function virtualTop(space: ScrollSpace): number {
  return space.scrollTop + space.basePx
}

/** Height of the element that scrolls. */
export function canvasHeight(space: ScrollSpace): number {
  return Math.max(space.viewportPx, Math.min(space.totalPx - space.basePx, MAX_CANVAS_PX))
}

/** Shows the virtual position `topPx`, with as much canvas around it as there is. */
export function moveTo(space: ScrollSpace, topPx: number): ScrollSpace {
  const top = Math.round(Math.min(Math.max(0, topPx), Math.max(0, space.totalPx - space.viewportPx)))
  const furthestBase = Math.max(0, space.totalPx - MAX_CANVAS_PX)
  const basePx = Math.round(Math.min(Math.max(0, top - MAX_CANVAS_PX / 2), furthestBase))
  return { ...space, basePx, scrollTop: top - basePx }
}

/**
 * The heights have changed and what lay at virtual `fromPx` now lies at `toPx`: keeps it where it is on screen.
 */
export function shiftBy(space: ScrollSpace, totalPx: number, fromPx: number, toPx: number): ScrollSpace {
  return { ...space, totalPx, basePx: space.basePx + toPx - fromPx }
}

/** Whether the canvas ends where the timeline does not: the view has to be moved even while it scrolls. */
export function isOutOfCanvas(space: ScrollSpace): boolean {
  const top = virtualTop(space)
  if (top < 0 || (space.scrollTop <= 0 && space.basePx > 0)) return true
  const atEnd = space.scrollTop + space.viewportPx >= canvasHeight(space) - 1
  return atEnd && top + space.viewportPx < space.totalPx - 1
}

/** Whether a view at rest should be moved so that there is room to scroll on both sides. */
export function shouldRecentre(space: ScrollSpace): boolean {
  if (isOutOfCanvas(space)) return true
  if (space.totalPx <= MAX_CANVAS_PX) return space.basePx !== 0
  const roomAbove = space.basePx > 0 && space.scrollTop < MARGIN_PX
  const endPx = space.basePx + canvasHeight(space)
  const roomBelow = endPx < space.totalPx && canvasHeight(space) - space.scrollTop < MARGIN_PX
  return space.basePx < 0 || roomAbove || roomBelow
}
