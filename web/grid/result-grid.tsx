import {
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import type { AssetTile } from '../../protocol/assets.ts'
import { useServices } from '../api/services.ts'
import { useChosen } from '../api/use-curation.ts'
import { useShowAsset } from '../api/use-show-asset.ts'
import { SlotOutlet } from '../ui/slot.tsx'
import { moveInGrid } from './grid-keys.ts'
import type { LaidSection, TilePosition } from './laid-section.ts'
import { layoutSection, targetRowHeight } from './layout-section.ts'
import styles from './result-grid.module.css'
import { Tile } from './tile.tsx'
import { useGridInput } from './use-grid-input.ts'
import { useListSelecting } from './use-list-selecting.ts'
import { useScrollWindow } from './use-scroll-window.ts'

type ResultGridProps = {
  tiles: readonly AssetTile[]
  /** What the grid is, for those who cannot see it. */
  label: string
  /** The picture that the viewer shows now; when it closes, the grid shows that one. */
  viewedId: number | null
  /** Called while the last pictures are near the screen; undefined when there are no more. */
  onMore: (() => void) | undefined
  /** Below the last picture: that more are coming, or that these were all. */
  end: ReactNode
}

/** Pictures in the order in which they came, in rows as those of the timeline. */
export function ResultGrid({ tiles, label, viewedId, onMore, end }: ResultGridProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLDivElement>(null)
  const { curator, selection } = useServices()
  useSyncExternalStore(curator.onChange, () => curator.version)
  const chosen = useChosen()
  const showAsset = useShowAsset()
  const selecting = useListSelecting(tiles)
  const [focused, setFocused] = useState<TilePosition | null>(null)
  const wantsFocus = useRef(false)
  const { widthPx, viewportPx, topPx } = useScrollWindow(scroller, canvas)

  const layout = useMemo(
    () =>
      layoutSection(tiles, {
        widthPx,
        targetHeightPx: targetRowHeight(widthPx),
        headerPx: 0,
        hasDays: false,
      }),
    [tiles, widthPx],
  )
  const section: LaidSection = { bucket: 'results', heightPx: layout.heightPx, tiles, layout }
  const sectionAt = (index: number) => (index === 0 ? section : undefined)
  const rows = layout.rows.filter(
    (row) => row.topPx + row.heightPx > topPx - viewportPx && row.topPx < topPx + 2 * viewportPx,
  )
  const isNearEnd = viewportPx > 0 && topPx + 3 * viewportPx > layout.heightPx
  useEffect(() => {
    if (isNearEnd) onMore?.()
  }, [isNearEnd, onMore])

  const focus = (position: TilePosition) => {
    wantsFocus.current = true
    setFocused({ ...position })
    const row = layout.rows.find((candidate) => position.index < candidate.end)
    const element = scroller.current
    if (!row || !element) return
    if (row.topPx - 8 < element.scrollTop) element.scrollTop = row.topPx - 8
    else if (row.topPx + row.heightPx + 16 > element.scrollTop + element.clientHeight)
      element.scrollTop = row.topPx + row.heightPx + 16 - element.clientHeight
  }
  // The tile may be drawn only now, after the scrolling.
  useLayoutEffect(() => {
    if (!wantsFocus.current || !focused) return
    const tile = canvas.current?.querySelector<HTMLElement>(`a[data-index="${focused.index}"]`)
    if (!tile) return
    wantsFocus.current = false
    tile.focus({ preventScroll: true })
  })
  useEffect(() =>
    selection.onAdvance(() => {
      if (focused) focus(moveInGrid(sectionAt, focused, 'ArrowRight'))
    }),
  )
  const lastViewedId = useRef(viewedId)
  useEffect(() => {
    const left = lastViewedId.current
    lastViewedId.current = viewedId
    if (viewedId !== null || left === null) return
    const index = tiles.findIndex(({ id }) => id === left)
    if (index >= 0) focus({ section: 0, index })
  })

  const input = useGridInput({
    sectionAt,
    firstOnScreen: () => {
      const row = layout.rows.find((candidate) => candidate.topPx >= (scroller.current?.scrollTop ?? 0))
      return row && { section: 0, index: row.start }
    },
    ends: () => ({ first: { section: 0, index: 0 }, last: { section: 0, index: tiles.length - 1 } }),
    selecting,
    focused,
    onFocused: setFocused,
    focus,
    open: (assetId) => void showAsset(assetId, 'open'),
  })
  const isDrawn = rows.some(
    ({ start, end: after }) => focused && focused.index >= start && focused.index < after,
  )
  const focusable = focused && isDrawn ? focused.index : (rows[0]?.start ?? 0)

  return (
    <section className={styles.frame} inert={viewedId !== null} aria-label={label}>
      <div
        ref={scroller}
        className={styles.scroller}
        data-selecting={chosen.size > 0 || undefined}
        {...input}
        tabIndex={-1}
      >
        <div ref={canvas} className={styles.canvas} style={{ height: layout.heightPx }}>
          {rows.flatMap((row) =>
            tiles
              .slice(row.start, row.end)
              .map((asset, at) => (
                <Tile
                  key={asset.id}
                  asset={curator.shown(asset)}
                  isChosen={chosen.has(asset.id)}
                  section={0}
                  index={row.start + at}
                  leftPx={row.leftPx[at] ?? 0}
                  topPx={row.topPx}
                  widthPx={row.widthPx[at] ?? 0}
                  heightPx={row.heightPx}
                  isSettled
                  isFocusable={focusable === row.start + at}
                />
              )),
          )}
        </div>
        <div className={styles.end}>{end}</div>
      </div>
      <SlotOutlet name="timeline-tools" className={styles.tools} />
    </section>
  )
}
