import type { TimelineBucket } from '../../protocol/assets.ts'
import type { BucketStore } from '../api/bucket-store.ts'
import type { LaidSection, TilePosition } from '../grid/laid-section.ts'
import {
  estimateRowsHeight,
  estimateSectionHeight,
  type GridOptions,
  layoutSection,
  targetRowHeight,
} from '../grid/layout-section.ts'
import { findAnchor, locateAnchor } from './anchor.ts'
import {
  canvasHeight,
  isOutOfCanvas,
  moveTo,
  type ScrollSpace,
  shiftBy,
  shouldRecentre,
  virtualTop,
} from './scroll-space.ts'
import {
  mapSections,
  rowsBetween,
  type SectionMap,
  sectionAt,
  sectionsBetween,
  totalHeight,
} from './section-map.ts'

const HEADER_PX = 56
/** Scrolling faster than this shows colours only: pictures would be asked for and thrown away. */
const FAST_PX_PER_MS = 5
const SETTLE_MS = 110
/** Pictures drawn beyond the screen, as a share of its height. */
const OVERSCAN = 0.5

export type VisibleSection = LaidSection & {
  index: number
  count: number
  headerPx: number
  /** Inside the canvas, not the timeline. */
  canvasTopPx: number
  /** Rows to draw, `end` exclusive. */
  rows: { first: number; end: number }
  complete: boolean
  failed: boolean
}

export type TimelineWindow = { sections: VisibleSection[]; isSettled: boolean; rowHeightPx: number }

const emptyWindow: TimelineWindow = { sections: [], isSettled: true, rowHeightPx: 0 }

/**
 * Which part of the timeline is on screen, and where.
 *
 * detached → attached: `attach(element, canvas)`, from when it follows the element's scrolling and size.
 *   Months that come into view are asked of the store, those that leave it are given up. When a month's real
 *   height replaces its estimate, what is on screen stays where it is (`scroll-space.ts`).
 * attached → detached: the returned function. The position is kept for the next `attach`.
 */
export class TimelineModel {
  readonly #store: BucketStore
  readonly #windowListeners = new Set<() => void>()
  readonly #positionListeners = new Set<() => void>()
  #buckets: readonly TimelineBucket[] = []
  #sections: LaidSection[] = []
  #map: SectionMap = mapSections([])
  #grid: GridOptions = { widthPx: 0, targetHeightPx: 0, headerPx: HEADER_PX }
  #space: ScrollSpace = { totalPx: 0, viewportPx: 0, basePx: 0, scrollTop: 0 }
  #window: TimelineWindow = emptyWindow
  #drawnTopPx = 0
  #element: HTMLElement | undefined
  #canvas: HTMLElement | undefined
  #isTouching = false
  #isFast = false
  #lastScrollMs = 0
  #settleTimer: ReturnType<typeof setTimeout> | undefined

  constructor(store: BucketStore) {
    this.#store = store
  }

  get window(): TimelineWindow {
    return this.#window
  }

  get map(): SectionMap {
    return this.#map
  }

  get buckets(): readonly TimelineBucket[] {
    return this.#buckets
  }

  get positionPx(): number {
    return virtualTop(this.#space)
  }

  get viewportPx(): number {
    return this.#space.viewportPx
  }

  section(index: number): LaidSection | undefined {
    return this.#sections[index]
  }

  onWindow = (listener: () => void): (() => void) => {
    this.#windowListeners.add(listener)
    return () => this.#windowListeners.delete(listener)
  }

  /** Called at every scroll: for what moves with it and draws nothing else. */
  onPosition = (listener: () => void): (() => void) => {
    this.#positionListeners.add(listener)
    return () => this.#positionListeners.delete(listener)
  }

  attach(element: HTMLElement, canvas: HTMLElement): () => void {
    this.#element = element
    this.#canvas = canvas
    const detaching = new AbortController()
    const options = { signal: detaching.signal, passive: true }
    element.addEventListener('scroll', () => this.#scrolled(), options)
    element.addEventListener('touchstart', () => this.#touch(true), options)
    element.addEventListener('touchend', () => this.#touch(false), options)
    element.addEventListener('touchcancel', () => this.#touch(false), options)
    const observer = new ResizeObserver(() => this.#resized())
    observer.observe(element)
    observer.observe(canvas)
    const stopListening = this.#store.onChange((bucket) => this.#loaded(bucket))
    this.#resized()
    this.#go(moveTo(this.#space, this.positionPx))
    return () => {
      detaching.abort()
      observer.disconnect()
      stopListening()
      clearTimeout(this.#settleTimer)
      this.#store.want([])
      this.#element = undefined
      this.#canvas = undefined
    }
  }

  setBuckets(buckets: readonly TimelineBucket[]): void {
    if (buckets === this.#buckets) return
    this.#buckets = buckets
    this.#relayout()
  }

  jumpToPosition(topPx: number): void {
    const distancePx = Math.abs(topPx - this.positionPx)
    if (distancePx > this.#space.viewportPx * 2) this.#markFast()
    this.#go(moveTo(this.#space, topPx))
  }

  jumpToSection(index: number): void {
    this.jumpToPosition(this.#map.tops[index] ?? 0)
  }

  /** Scrolls as little as needed to have the whole row of a picture on screen. */
  reveal({ section, index }: TilePosition): void {
    const laid = this.#sections[section]
    const row = laid?.layout?.rows.find(({ end }) => index < end)
    const sectionTop = this.#map.tops[section] ?? 0
    if (!row) {
      this.jumpToSection(section)
      return
    }
    const top = sectionTop + row.topPx - HEADER_PX - 8
    const bottom = sectionTop + row.topPx + row.heightPx + 16
    if (top < this.positionPx) this.#go(moveTo(this.#space, row === laid?.layout?.rows[0] ? sectionTop : top))
    else if (bottom > this.positionPx + this.viewportPx)
      this.#go(moveTo(this.#space, bottom - this.viewportPx))
  }

  /** Where a picture lies, if its month is loaded. */
  locate(bucket: string, assetId: number): TilePosition | undefined {
    const section = this.#buckets.findIndex((candidate) => candidate.bucket === bucket)
    const index = this.#sections[section]?.tiles.findIndex((tile) => tile.id === assetId) ?? -1
    return index < 0 ? undefined : { section, index }
  }

  #scrolled(): void {
    if (!this.#element) return
    const nowMs = performance.now()
    const movedPx = Math.abs(this.#element.scrollTop - this.#space.scrollTop)
    if (movedPx / Math.max(8, nowMs - this.#lastScrollMs) > FAST_PX_PER_MS) this.#isFast = true
    this.#lastScrollMs = nowMs
    this.#space = { ...this.#space, scrollTop: this.#element.scrollTop }
    if (isOutOfCanvas(this.#space)) {
      this.#go(moveTo(this.#space, this.positionPx))
      return
    }
    this.#scheduleSettle()
    this.#draw(false)
    for (const listener of this.#positionListeners) listener()
  }

  #touch(isTouching: boolean): void {
    this.#isTouching = isTouching
    if (!isTouching) this.#scheduleSettle()
  }

  #markFast(): void {
    this.#isFast = true
    this.#scheduleSettle()
  }

  #scheduleSettle(): void {
    clearTimeout(this.#settleTimer)
    this.#settleTimer = setTimeout(() => this.#settle(), SETTLE_MS)
  }

  #settle(): void {
    if (this.#isFast) {
      this.#isFast = false
      this.#draw(true)
    }
    if (!this.#isTouching && shouldRecentre(this.#space)) this.#go(moveTo(this.#space, this.positionPx))
  }

  #resized(): void {
    if (!this.#element || !this.#canvas) return
    const widthPx = this.#canvas.clientWidth
    const viewportPx = this.#element.clientHeight
    if (widthPx === 0 || viewportPx === 0) return
    const isSame = widthPx === this.#grid.widthPx && viewportPx === this.#space.viewportPx
    if (isSame) return
    this.#grid = { widthPx, targetHeightPx: targetRowHeight(widthPx), headerPx: HEADER_PX }
    this.#space = { ...this.#space, viewportPx }
    this.#relayout()
  }

  #loaded(bucket: string): void {
    const at = this.#buckets.findIndex((candidate) => candidate.bucket === bucket)
    const known = this.#buckets[at]
    if (!known || this.#grid.widthPx === 0) return
    const sections = [...this.#sections]
    sections[at] = this.#lay(known)
    this.#replace(sections)
  }

  #relayout(): void {
    if (this.#grid.widthPx === 0) return
    this.#replace(this.#buckets.map((bucket) => this.#lay(bucket)))
  }

  #lay(bucket: TimelineBucket): LaidSection {
    const entry = this.#store.find(bucket.bucket)
    if (!entry || entry.tiles.length === 0) {
      const heightPx = estimateSectionHeight(bucket, this.#grid)
      return { bucket: bucket.bucket, heightPx, tiles: [], layout: undefined }
    }
    const layout = layoutSection(entry.tiles, this.#grid)
    let heightPx = layout.heightPx
    if (!entry.complete) {
      const loadedAspects = entry.tiles.reduce((sum, tile) => sum + tile.widthPx / tile.heightPx, 0)
      const missing = Math.max(0, bucket.count - entry.tiles.length)
      heightPx += estimateRowsHeight(
        missing,
        Math.max(missing / 2, bucket.aspectSum - loadedAspects),
        this.#grid,
      )
    }
    return { bucket: bucket.bucket, heightPx, tiles: entry.tiles, layout }
  }

  /** Puts new heights in place of the old ones without moving what is on screen. */
  #replace(sections: LaidSection[]): void {
    const top = this.positionPx
    const before = sectionAt(this.#map, top)
    const beforeTop = this.#map.tops[before] ?? 0
    const old = this.#sections[before]
    const map = mapSections(sections.map(({ heightPx }) => heightPx))
    let newTop = top
    if (old && top > 1) {
      const anchor = findAnchor(old, top - beforeTop)
      const after = sections.findIndex(({ bucket }) => bucket === anchor.bucket)
      const section = sections[after]
      if (section) newTop = (map.tops[after] as number) + locateAnchor(section, anchor)
    }
    this.#sections = sections
    this.#map = map
    const shifted = shiftBy(this.#space, totalHeight(map), top, newTop)
    const furthest = Math.max(0, totalHeight(map) - shifted.viewportPx)
    if (newTop > furthest || isOutOfCanvas(shifted)) {
      this.#go(moveTo(shifted, newTop))
      return
    }
    this.#space = shifted
    this.#scheduleSettle()
    this.#show()
  }

  #go(space: ScrollSpace): void {
    this.#space = space
    this.#show()
  }

  #show(): void {
    if (this.#element && this.#canvas) {
      this.#canvas.style.height = `${canvasHeight(this.#space)}px`
      if (this.#element.scrollTop !== this.#space.scrollTop) this.#element.scrollTop = this.#space.scrollTop
    }
    this.#draw(true)
    for (const listener of this.#positionListeners) listener()
  }

  #draw(isForced: boolean): void {
    const { viewportPx, basePx } = this.#space
    const top = this.positionPx
    const overscanPx = Math.round(viewportPx * OVERSCAN)
    const isUsed = Math.abs(top - this.#drawnTopPx) < overscanPx / 2
    if (isUsed && !isForced && this.#window.isSettled === !this.#isFast) return
    this.#drawnTopPx = top
    const { first, last } = sectionsBetween(this.#map, top - overscanPx, top + viewportPx + overscanPx)
    const sections: VisibleSection[] = []
    for (let index = Math.max(0, first); index <= last; index += 1) {
      const section = this.#sections[index]
      const bucket = this.#buckets[index]
      if (!section || !bucket) continue
      const sectionTop = this.#map.tops[index] as number
      const fromPx = top - overscanPx - sectionTop
      const entry = this.#store.find(bucket.bucket)
      sections.push({
        ...section,
        index,
        count: bucket.count,
        headerPx: HEADER_PX,
        canvasTopPx: sectionTop - basePx,
        rows: rowsBetween(section.layout?.rows ?? [], fromPx, fromPx + viewportPx + 2 * overscanPx),
        complete: entry?.complete ?? false,
        failed: entry?.error !== undefined,
      })
    }
    this.#window = { sections, isSettled: !this.#isFast, rowHeightPx: this.#grid.targetHeightPx }
    if (!this.#isFast && this.#element) this.#store.want(sections.map(({ bucket }) => bucket))
    for (const listener of this.#windowListeners) listener()
  }
}
