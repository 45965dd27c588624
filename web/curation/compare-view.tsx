import { IconX } from '@tabler/icons-react'
import { useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { AssetTile } from '../../protocol/assets.ts'
import { previewUrl } from '../api/asset-urls.ts'
import { freshTiles } from '../api/fresh-tiles.ts'
import { useServices } from '../api/services.ts'
import { formatLocal } from '../ui/format-when.ts'
import { isTyping } from '../ui/is-typing.ts'
import { tileLabel } from '../ui/tile-label.ts'
import styles from './compare.module.css'
import { type MarkCommand, readMarkKey } from './mark-command.ts'
import { MarkControls } from './mark-controls.tsx'
import { useMark } from './use-mark.ts'
import { useUndo } from './use-undo.ts'

type CompareViewProps = { pair: readonly [AssetTile, AssetTile]; onClose: () => void }

/** Two pictures side by side. Keys change the one with the frame; arrows move the frame; Z looks closer at both. */
export function CompareView({ pair, onClose }: CompareViewProps) {
  const { bucketStore, curator } = useServices()
  useSyncExternalStore(curator.onChange, () => curator.version)
  const tiles = freshTiles(bucketStore, pair).map((tile) => curator.shown(tile))
  const [active, setActive] = useState(0)
  const [isClose, setClose] = useState(false)
  const [at, setAt] = useState({ x: 50, y: 50 })
  const mark = useMark()
  const { undo, redo } = useUndo()
  const dialog = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const before = document.activeElement
    dialog.current?.focus()
    return () => (before as HTMLElement | null)?.focus?.({ preventScroll: true })
  }, [])

  const markOne = (side: number, command: MarkCommand) => {
    setActive(side)
    const tile = tiles[side]
    if (tile) mark(command, [tile])
  }
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.altKey || isTyping(event)) return
      const command = readMarkKey(event.key)
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z') {
        if (event.shiftKey) redo()
        else undo()
      } else if (event.ctrlKey || event.metaKey) return
      else if (command) markOne(active, command)
      else if (event.key === 'ArrowLeft') setActive(0)
      else if (event.key === 'ArrowRight') setActive(1)
      else if (event.key.toLowerCase() === 'z') setClose(!isClose)
      else if (['escape', 'c', 'g'].includes(event.key.toLowerCase())) onClose()
      else if (!['i', 'e'].includes(event.key.toLowerCase())) return
      event.preventDefault()
      // The page below has keys of its own.
      event.stopImmediatePropagation()
    }
    document.addEventListener('keydown', listen, { capture: true })
    return () => document.removeEventListener('keydown', listen, { capture: true })
  })

  return (
    <div
      ref={dialog}
      role="dialog"
      aria-modal="true"
      aria-label="Compare two pictures"
      tabIndex={-1}
      className={styles.compare}
    >
      <div className={styles.head}>
        <p>
          Keys change <strong>1 picture</strong>: the {active === 0 ? 'first' : 'second'} one
        </p>
        <button type="button" className={styles.close} onClick={onClose} aria-label="Close the comparison">
          <IconX size={22} stroke={1.7} />
        </button>
      </div>
      <div className={styles.pair}>
        {tiles.map((tile, side) => (
          <figure key={tile.id} className={styles.side} data-active={active === side || undefined}>
            <button
              type="button"
              className={styles.picture}
              data-close={isClose || undefined}
              aria-label={`${side === 0 ? 'First' : 'Second'}: ${tileLabel(tile)}`}
              aria-pressed={active === side}
              onClick={() => setActive(side)}
              onDoubleClick={() => setClose(!isClose)}
              onPointerMove={(event) => {
                if (!isClose) return
                const box = event.currentTarget.getBoundingClientRect()
                const share = (from: number, sizePx: number) =>
                  Math.min(100, Math.max(0, (from / sizePx) * 100))
                setAt({
                  x: share(event.clientX - box.left, box.width),
                  y: share(event.clientY - box.top, box.height),
                })
              }}
            >
              <img
                src={previewUrl(tile)}
                alt=""
                draggable={false}
                style={isClose ? { transform: 'scale(3)', transformOrigin: `${at.x}% ${at.y}%` } : undefined}
              />
            </button>
            <figcaption>
              <span className={styles.when}>
                {tile.capturedLocal ? formatLocal(tile.capturedLocal) : 'No date'}
              </span>
              <MarkControls tiles={[tile]} onMark={(command) => markOne(side, command)} />
            </figcaption>
          </figure>
        ))}
      </div>
    </div>
  )
}
