import { useNavigate } from '@tanstack/react-router'
import {
  type KeyboardEvent,
  type MouseEvent,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { isGridKey, moveInGrid } from './grid-keys.ts'
import { Scrubber } from './scrubber.tsx'
import { Section } from './section.tsx'
import styles from './timeline.module.css'
import type { TilePosition, TimelineModel } from './timeline-model.ts'

type TimelineViewProps = {
  model: TimelineModel
  /** The picture that the viewer shows now; when it closes, the timeline shows that one. */
  viewed: { bucket: string; assetId: number } | null
}

/** The scrolling gallery itself: months, tiles, keyboard. */
export function TimelineView({ model, viewed }: TimelineViewProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLDivElement>(null)
  const navigate = useNavigate()
  const [focused, setFocused] = useState<TilePosition | null>(null)
  const wantsFocus = useRef(false)
  const { sections, isSettled, rowHeightPx } = useSyncExternalStore(model.onWindow, () => model.window)

  useLayoutEffect(() => {
    if (scroller.current && canvas.current) return model.attach(scroller.current, canvas.current)
  }, [model])

  // The tile may be drawn only now: after the scrolling, or after its month was loaded.
  useLayoutEffect(() => {
    if (!wantsFocus.current || !focused || sections.length === 0) return
    const tile = canvas.current?.querySelector<HTMLElement>(
      `[data-section="${focused.section}"][data-index="${focused.index}"]`,
    )
    if (!tile) {
      // Its month was not loaded when it was asked for, so nobody knew where in it the tile would be.
      const rows = model.section(focused.section)?.layout?.rows ?? []
      if (focused.index < (rows.at(-1)?.end ?? 0)) model.reveal(focused)
      return
    }
    wantsFocus.current = false
    tile.focus({ preventScroll: true })
  }, [focused, model, sections])

  const focus = (position: TilePosition) => {
    wantsFocus.current = true
    setFocused({ ...position })
    model.reveal(position)
  }

  const lastViewed = useRef(viewed)
  useEffect(() => {
    const left = lastViewed.current
    lastViewed.current = viewed
    if (viewed || !left) return
    const position = model.locate(left.bucket, left.assetId)
    if (position) focus(position)
  })

  const open = (event: MouseEvent) => {
    const tile = (event.target as Element).closest<HTMLAnchorElement>('a[data-index]')
    if (!tile || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    setFocused({ section: Number(tile.dataset.section), index: Number(tile.dataset.index) })
    const assetId = tile.pathname.split('/').at(-1) ?? ''
    void navigate({ to: '/assets/$assetId', params: { assetId }, state: { overTimeline: true } })
  }

  const pressKey = (event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return
    const active = (event.target as Element).closest<HTMLElement>('a[data-index]')
    const from = active
      ? { section: Number(active.dataset.section), index: Number(active.dataset.index) }
      : null
    if (event.key === 'Home' || event.key === 'End') {
      event.preventDefault()
      const section = event.key === 'Home' ? 0 : model.buckets.length - 1
      focus({ section, index: event.key === 'Home' ? 0 : (model.buckets[section]?.count ?? 1) - 1 })
    } else if (isGridKey(event.key)) {
      const first = firstOnScreen(model)
      if (!from && !first) return
      event.preventDefault()
      focus(from ? moveInGrid((index) => model.section(index), from, event.key) : (first as TilePosition))
    }
  }

  const focusable = pickFocusable(focused, sections)
  return (
    <div className={styles.frame} inert={viewed !== null}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the tiles are links; this only moves focus between them */}
      <div ref={scroller} className={styles.scroller} onKeyDown={pressKey} onClick={open} tabIndex={-1}>
        <div ref={canvas} className={styles.canvas}>
          {sections.map((section) => (
            <Section
              key={section.bucket}
              section={section}
              rowHeightPx={rowHeightPx}
              isSettled={isSettled}
              focusable={focusable}
            />
          ))}
        </div>
      </div>
      <Scrubber model={model} />
    </div>
  )
}

/** Tab enters the timeline at the tile that had the focus last, else at the first one drawn. */
function pickFocusable(
  focused: TilePosition | null,
  sections: TimelineModel['window']['sections'],
): TilePosition {
  const isDrawn = sections.some(({ index, layout, rows }) => {
    const first = layout?.rows[rows.first]?.start ?? 0
    const end = layout?.rows[rows.end - 1]?.end ?? 0
    return index === focused?.section && focused.index >= first && focused.index < end
  })
  if (focused && isDrawn) return focused
  const section = sections.find(({ layout, rows }) => layout && rows.end > rows.first)
  return { section: section?.index ?? 0, index: section?.layout?.rows[section.rows.first]?.start ?? 0 }
}

function firstOnScreen(model: TimelineModel): TilePosition | undefined {
  for (const { index, layout } of model.window.sections) {
    const sectionTop = model.map.tops[index] ?? 0
    const row = layout?.rows.find(({ topPx }) => sectionTop + topPx >= model.positionPx)
    if (row) return { section: index, index: row.start }
  }
  return undefined
}
