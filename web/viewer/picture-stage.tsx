import { IconMinus, IconPlus } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import type { AssetFile, AssetTile } from '../../protocol/assets.ts'
import { derivedSizePx } from '../../protocol/media.ts'
import { originalUrl, previewUrl, thumbnailUrl } from '../api/asset-urls.ts'
import { SlotOutlet } from '../ui/slot.tsx'
import { thumbhashPicture } from '../ui/thumbhash-paint.ts'
import { tileLabel } from '../ui/tile-label.ts'
import { usePictureGestures } from './use-picture-gestures.ts'
import styles from './viewer.module.css'
import { needsOriginal } from './zoom.ts'

type PictureStageProps = {
  tile: AssetTile
  /** A file that the browser can draw in full resolution, if there is one. */
  original: AssetFile | undefined
  note: string | undefined
  onOlder: (() => void) | undefined
  onNewer: (() => void) | undefined
  onClose: () => void
}

/** One picture: the grid thumbnail at once, the preview over it, the original when zoomed in. */
export function PictureStage({ tile, original, note, onOlder, onNewer, onClose }: PictureStageProps) {
  const { stageRef, stage, fit, zoom, drag, zoomBy, toggle, reset } = usePictureGestures({
    picture: tile,
    onOlder,
    onNewer,
    onClose,
  })
  const [isPreviewShown, setPreviewShown] = useState(false)
  const [isOriginalShown, setOriginalShown] = useState(false)
  const [wantsOriginal, setWantsOriginal] = useState(false)
  const isWanted = needsOriginal(zoom, fit, derivedSizePx.preview, window.devicePixelRatio)
  if (isWanted && !wantsOriginal) setWantsOriginal(true)

  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || (event.target as Element).closest('input, textarea')) return
      if (event.key === '+' || event.key === '=') zoomBy(1.5)
      else if (event.key === '-') zoomBy(1 / 1.5)
      else if (event.key === 'z' || event.key === 'Z') toggle()
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [zoomBy, toggle])

  const blurred = tile.thumbhash ? thumbhashPicture(tile.thumbhash) : null
  return (
    <div ref={stageRef} className={styles.gestures} data-zoomed={zoom.scale > 1 || undefined}>
      {stage.widthPx > 0 && (
        <div
          className={styles.picture}
          data-dragging={drag.isActive || undefined}
          style={{
            width: fit.widthPx,
            height: fit.heightPx,
            transform: `translate(${zoom.x + drag.x}px, ${zoom.y + drag.y}px) scale(${zoom.scale})`,
            backgroundImage: blurred ? `url(${blurred})` : undefined,
            // What lies over the picture keeps its size on the screen by it.
            ['--zoom' as string]: zoom.scale,
          }}
        >
          {!isOriginalShown && <img src={thumbnailUrl(tile, 'grid')} alt="" draggable={false} />}
          <img
            src={previewUrl(tile)}
            alt={tileLabel(tile)}
            draggable={false}
            decoding="async"
            style={{ opacity: isPreviewShown ? 1 : 0 }}
            onLoad={() => setPreviewShown(true)}
          />
          {wantsOriginal && original && (
            <img
              src={originalUrl(tile.id, original.id)}
              alt=""
              draggable={false}
              decoding="async"
              style={{ opacity: isOriginalShown ? 1 : 0 }}
              onLoad={() => setOriginalShown(true)}
            />
          )}
          <SlotOutlet name="viewer-overlay" className={styles.overlay} />
        </div>
      )}
      {note && <p className={styles.note}>{note}</p>}
      <div className={styles.zoom} data-shown={zoom.scale > 1 || undefined}>
        <button type="button" onClick={() => zoomBy(1 / 1.5)} aria-label="Zoom out">
          <IconMinus size={18} stroke={1.8} />
        </button>
        <button type="button" onClick={reset} aria-label="Fit on the screen">
          {Math.round((fit.widthPx * zoom.scale * 100) / Math.max(1, tile.widthPx))} %
        </button>
        <button type="button" onClick={() => zoomBy(1.5)} aria-label="Zoom in">
          <IconPlus size={18} stroke={1.8} />
        </button>
      </div>
    </div>
  )
}
