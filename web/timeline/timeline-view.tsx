import { useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { AssetTile } from '../../protocol/assets.ts'
import { useServices } from '../api/services.ts'
import { useChosen } from '../api/use-curation.ts'
import { useShowAsset } from '../api/use-show-asset.ts'
import { moveInGrid } from '../grid/grid-keys.ts'
import type { TilePosition } from '../grid/laid-section.ts'
import { useGridInput } from '../grid/use-grid-input.ts'
import { SlotOutlet } from '../ui/slot.tsx'
import { Scrubber } from './scrubber.tsx'
import { Section } from './section.tsx'
import styles from './timeline.module.css'
import type { TimelineModel } from './timeline-model.ts'
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
  const showAsset = useShowAsset()
  const [focused, setFocused] = useState<TilePosition | null>(null)
  const wantsFocus = useRef(false)
  const { curator, selection } = useServices()
  const chosen = useChosen()
  const selecting = useSelecting(model)
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

  const input = useGridInput({
    sectionAt: (index) => model.section(index),
    firstOnScreen: () => firstOnScreen(model),
    ends: () => {
      const section = model.buckets.length - 1
      const index = (model.buckets[section]?.count ?? 1) - 1
      return { first: { section: 0, index: 0 }, last: { section, index } }
    },
    selecting,
    focused,
    onFocused: setFocused,
    focus,
    open: (assetId) => void showAsset(assetId, 'open'),
  })

  const focusable = pickFocusable(focused, sections)
  const shown = (tile: AssetTile) => curator.shown(tile)
  return (
    <div className={styles.frame} inert={viewed !== null}>
      <div
        ref={scroller}
        className={styles.scroller}
        data-selecting={chosen.size > 0 || undefined}
        {...input}
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
