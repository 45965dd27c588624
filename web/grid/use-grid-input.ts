import { type FocusEvent, type KeyboardEvent, type MouseEvent, useRef } from 'react'
import type { AssetTile } from '../../protocol/assets.ts'
import { useServices } from '../api/services.ts'
import { dayOf } from '../ui/format-when.ts'
import { isGridKey, moveInGrid } from './grid-keys.ts'
import { type LaidSection, positionOf, type TilePosition } from './laid-section.ts'
import { useLongPress } from './use-long-press.ts'

/** How pictures of a grid are chosen. */
export type Selecting = {
  tileAt: (position: TilePosition) => AssetTile | undefined
  toggle: (position: TilePosition) => void
  /** Everything from the picture that was chosen last, or from `from`. */
  extend: (to: TilePosition, from?: TilePosition) => unknown
  /** All of a day, or none of it when all of it is chosen; only where days are shown. */
  toggleDay?: (section: number, day: string) => unknown
}

export type GridInput = {
  sectionAt: (index: number) => LaidSection | undefined
  /** Where keys begin while no picture has the focus. */
  firstOnScreen: () => TilePosition | undefined
  ends: () => { first: TilePosition; last: TilePosition }
  selecting: Selecting
  focused: TilePosition | null
  /** The picture was pressed: it is where keys go on from. */
  onFocused: (position: TilePosition) => void
  /** Brings a picture onto the screen and gives it the focus. */
  focus: (position: TilePosition) => void
  open: (assetId: number) => void
}

/** Keys, clicks and fingers of a grid of pictures, for the element that holds its tiles. */
export function useGridInput(grid: GridInput) {
  const { selection } = useServices()
  const { selecting } = grid
  const latest = useRef(grid)
  latest.current = grid
  const longPress = useLongPress((target) => {
    const position = positionOf(target)
    if (position) latest.current.selecting.toggle(position)
  })

  const onClick = (event: MouseEvent) => {
    const target = event.target as Element
    const day = target.closest<HTMLElement>('[data-day]')
    if (day) {
      selecting.toggleDay?.(Number(day.dataset.section), day.dataset.day ?? '')
      return
    }
    const tile = target.closest<HTMLAnchorElement>('a[data-index]')
    const position = tile && positionOf(tile)
    if (!position || event.altKey || event.button !== 0) return
    event.preventDefault()
    if (longPress.takePressed()) return
    grid.onFocused(position)
    if (event.shiftKey) selecting.extend(position, grid.focused ?? undefined)
    else if (event.metaKey || event.ctrlKey || selection.size > 0 || target.closest('[data-check]'))
      selecting.toggle(position)
    else grid.open(idOf(tile))
  }

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return
    const active = (event.target as Element).closest<HTMLAnchorElement>('a[data-index]')
    const from = active && positionOf(active)
    const key = event.key.toLowerCase()
    if (event.key === 'Home' || event.key === 'End') {
      event.preventDefault()
      const { first, last } = grid.ends()
      grid.focus(event.key === 'Home' ? first : last)
    } else if (isGridKey(event.key)) {
      const to = from ? moveInGrid(grid.sectionAt, from, event.key) : grid.firstOnScreen()
      if (!to) return
      event.preventDefault()
      grid.focus(to)
      if (event.shiftKey) selecting.extend(to, from ?? to)
    } else if (event.key === ' ' && from) {
      event.preventDefault()
      selecting.toggle(from)
    } else if (key === 'd' && from) {
      const day = dayOf(selecting.tileAt(from)?.capturedLocal ?? null)
      if (day) selecting.toggleDay?.(from.section, day)
    } else if (active && (key === 'e' || (key === 'enter' && !event.shiftKey))) {
      event.preventDefault()
      grid.open(idOf(active))
    }
  }

  return {
    onClick,
    onKeyDown,
    onContextMenu: (event: MouseEvent) => longPress.isPressing() && event.preventDefault(),
    onFocus: (event: FocusEvent) => {
      const position = positionOf(event.target)
      selection.setFocused((position && selecting.tileAt(position)) ?? null)
    },
    onBlur: () => selection.setFocused(null),
    ...longPress.handlers,
  }
}

function idOf(tile: HTMLAnchorElement): number {
  return Number(tile.pathname.split('/').at(-1))
}
