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
import type { AssetTile } from '../../protocol/assets.ts'
import { useServices } from '../api/services.ts'
import { useChosen } from '../api/use-curation.ts'
import { dayOf } from '../ui/format-when.ts'
import { SlotOutlet } from '../ui/slot.tsx'
import { isGridKey, moveInGrid } from './grid-keys.ts'
import { Scrubber } from './scrubber.tsx'
import { Section } from './section.tsx'
import styles from './timeline.module.css'
import type { TilePosition, TimelineModel } from './timeline-model.ts'
import { useLongPress } from './use-long-press.ts'
import { useSelecting } from './use-selecting.ts'

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
  const { curator, selection } = useServices()
  const chosen = useChosen()
  const selecting = useSelecting(model)
  const longPress = useLongPress((target) => {
    const position = positionOf(target)
    if (position) selecting.toggle(position)
  })
  useSyncExternalStore(curator.onChange, () => curator.version)
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

  useEffect(() =>
    selection.onAdvance(() => {
      if (focused) focus(moveInGrid((index) => model.section(index), focused, 'ArrowRight'))
    }),
  )

  const lastViewed = useRef(viewed)
  useEffect(() => {
    const left = lastViewed.current
    lastViewed.current = viewed
    if (viewed || !left) return
    const position = model.locate(left.bucket, left.assetId)
    if (position) focus(position)
  })

  const click = (event: MouseEvent) => {
    const target = event.target as Element
    const day = target.closest<HTMLElement>('[data-day]')
    if (day) {
      void selecting.toggleDay(Number(day.dataset.section), day.dataset.day ?? '')
      return
    }
    const tile = target.closest<HTMLAnchorElement>('a[data-index]')
    const position = tile && positionOf(tile)
    if (!position || event.altKey || event.button !== 0) return
    event.preventDefault()
    if (longPress.takePressed()) return
    setFocused(position)
    if (event.shiftKey) void selecting.extend(position, focused ?? undefined)
    else if (event.metaKey || event.ctrlKey || selection.size > 0 || target.closest('[data-check]'))
      selecting.toggle(position)
    else open(tile)
  }

  const open = (tile: HTMLAnchorElement) => {
    const assetId = tile.pathname.split('/').at(-1) ?? ''
    void navigate({ to: '/assets/$assetId', params: { assetId }, state: { overTimeline: true } })
  }

  const pressKey = (event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return
    const active = (event.target as Element).closest<HTMLAnchorElement>('a[data-index]')
    const from = active && positionOf(active)
    if (event.key === 'Home' || event.key === 'End') {
      event.preventDefault()
      const section = event.key === 'Home' ? 0 : model.buckets.length - 1
      focus({ section, index: event.key === 'Home' ? 0 : (model.buckets[section]?.count ?? 1) - 1 })
    } else if (isGridKey(event.key)) {
      const first = firstOnScreen(model)
      if (!from && !first) return
      event.preventDefault()
      const to = from ? moveInGrid((index) => model.section(index), from, event.key) : (first as TilePosition)
      focus(to)
      if (event.shiftKey) void selecting.extend(to, from ?? to)
    } else if (event.key === ' ' && from) {
      event.preventDefault()
      selecting.toggle(from)
    } else if ((event.key === 'd' || event.key === 'D') && from) {
      const day = dayOf(selecting.tileAt(from)?.capturedLocal ?? null)
      if (day) void selecting.toggleDay(from.section, day)
    } else if (
      active &&
      (event.key === 'e' || event.key === 'E' || (event.key === 'Enter' && !event.shiftKey))
    ) {
      event.preventDefault()
      open(active)
    }
  }

  const focusable = pickFocusable(focused, sections)
  const shown = (tile: AssetTile) => curator.shown(tile)
  return (
    <div className={styles.frame} inert={viewed !== null}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the tiles are links; this only moves focus between them */}
      <div
        ref={scroller}
        className={styles.scroller}
        data-selecting={chosen.size > 0 || undefined}
        onKeyDown={pressKey}
        onClick={click}
        onContextMenu={(event) => longPress.isPressing() && event.preventDefault()}
        onFocus={(event) => {
          const position = positionOf(event.target)
          selection.setFocused((position && selecting.tileAt(position)) ?? null)
        }}
        onBlur={() => selection.setFocused(null)}
        {...longPress.handlers}
        tabIndex={-1}
      >
        <div ref={canvas} className={styles.canvas}>
          {sections.map((section) => (
            <Section
              key={section.bucket}
              section={section}
              rowHeightPx={rowHeightPx}
              isSettled={isSettled}
              focusable={focusable}
              chosen={chosen}
              shown={shown}
            />
          ))}
        </div>
      </div>
      <Scrubber model={model} />
      <SlotOutlet name="timeline-tools" className={styles.tools} />
    </div>
  )
}

function positionOf(element: Element): TilePosition | null {
  const tile = element.closest<HTMLElement>('a[data-index]')
  return tile && { section: Number(tile.dataset.section), index: Number(tile.dataset.index) }
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
