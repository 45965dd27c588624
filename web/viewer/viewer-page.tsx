import {
  IconArrowLeft,
  IconChevronLeft,
  IconChevronRight,
  IconDownload,
  IconInfoCircle,
} from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useLocation, useParams, useRouter } from '@tanstack/react-router'
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { AssetTile } from '../../protocol/assets.ts'
import { originalUrl, previewUrl } from '../api/asset-urls.ts'
import { assetQuery } from '../api/queries.ts'
import { useCollection } from '../api/use-collection.ts'
import { useNeighbours } from '../api/use-neighbours.ts'
import { useShowAsset, useShowGrid } from '../api/use-show-asset.ts'
import { bucketOf, formatLocal } from '../ui/format-when.ts'
import { isTyping } from '../ui/is-typing.ts'
import { errorSentence } from '../ui/page-error.tsx'
import { SlotOutlet } from '../ui/slot.tsx'
import { tileLabel } from '../ui/tile-label.ts'
import { Damaged } from './damaged.tsx'
import { findDisplayableFile, findVideoFile } from './displayable-file.ts'
import { InfoPanel } from './info-panel.tsx'
import { PictureStage } from './picture-stage.tsx'
import { VideoStage } from './video-stage.tsx'
import styles from './viewer.module.css'

/** One picture over the grid that it is of, with its neighbours a key or a swipe away. */
export function ViewerPage() {
  const assetId = Number(useParams({ strict: false }).assetId)
  const router = useRouter()
  const showAsset = useShowAsset()
  const showGrid = useShowGrid()
  const isTimeline = useCollection().kind === 'timeline'
  const isOverGrid = useLocation().state.overGrid === true
  const asset = useQuery(assetQuery(assetId))
  const detail = asset.data
  const bucket = detail ? bucketOf(detail.capturedLocal) : null
  const { here, newer, older } = useNeighbours(bucket, assetId)
  const tile: AssetTile | undefined = detail ?? here
  const [isInfoOpen, setInfoOpen] = useState(false)
  const dialog = useRef<HTMLDivElement>(null)
  usePrefetch([older, newer])

  const close = useCallback(() => {
    if (isOverGrid && window.history.length > 1) router.history.back()
    else void showGrid()
  }, [isOverGrid, showGrid, router])
  const go = useCallback(
    (next: AssetTile | undefined) => {
      if (next) void showAsset(next.id, 'step')
    },
    [showAsset],
  )

  useLayoutEffect(() => dialog.current?.focus(), [])
  // With the picture, not after it: a key that is pressed as soon as it is seen is not lost.
  useLayoutEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const target = event.target as Element
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || isTyping(event)) return
      if (event.key === 'Escape' || event.key === 'g' || event.key === 'G') close()
      else if (event.key === 'i' || event.key === 'I') setInfoOpen((isOpen) => !isOpen)
      else if (target instanceof HTMLVideoElement) return
      else if (event.key === 'ArrowLeft') go(newer)
      else if (event.key === 'ArrowRight') go(older)
      else return
      event.preventDefault()
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [close, go, newer, older])

  const download = detail?.files.find(({ role }) => role === 'original') ?? detail?.files[0]
  return (
    <div
      ref={dialog}
      role="dialog"
      aria-modal="true"
      aria-label={tile ? tileLabel(tile) : 'Picture'}
      tabIndex={-1}
      className={styles.viewer}
      data-info={isInfoOpen || undefined}
    >
      <div className={styles.stage} data-stage="">
        <div className={styles.bar}>
          <button
            type="button"
            className={styles.button}
            onClick={close}
            aria-label={isTimeline ? 'Back to the photos' : 'Back to the results'}
          >
            <IconArrowLeft size={22} stroke={1.7} />
          </button>
          <p className={styles.when}>
            {tile ? (tile.capturedLocal ? formatLocal(tile.capturedLocal) : 'No date') : ''}
          </p>
          <SlotOutlet name="viewer-actions" className={styles.actions} />
          {download && (
            <a
              className={styles.button}
              href={originalUrl(assetId, download.id, true)}
              download={download.name}
              aria-label={`Download ${download.name}`}
            >
              <IconDownload size={22} stroke={1.7} />
            </a>
          )}
          <button
            type="button"
            className={styles.button}
            aria-label="Information"
            aria-pressed={isInfoOpen}
            onClick={() => setInfoOpen(!isInfoOpen)}
          >
            <IconInfoCircle size={22} stroke={1.7} />
          </button>
        </div>
        {asset.isError ? (
          <Damaged title="This picture cannot be shown" text={errorSentence(asset.error)} />
        ) : !tile ? null : detail && tile.state === 'damaged' && tile.thumbhash === null ? (
          <Damaged problem={detail.problem} assetId={assetId} file={download} />
        ) : tile.kind === 'video' ? (
          <VideoStage
            key={assetId}
            tile={tile}
            file={detail ? findVideoFile(detail.files) : undefined}
            isKnown={!!detail}
          />
        ) : (
          <PictureStage
            key={assetId}
            tile={tile}
            original={detail ? findDisplayableFile(detail.files) : undefined}
            note={detail?.problem?.message}
            onOlder={older ? () => go(older) : undefined}
            onNewer={newer ? () => go(newer) : undefined}
            onClose={close}
          />
        )}
        <SlotOutlet name="viewer-notes" className={styles.notes} />
        {tile && <SlotOutlet name="viewer-tools" className={styles.tools} />}
        <SideButton
          side="newer"
          target={newer}
          label={isTimeline ? 'Newer picture' : 'Result before'}
          onGo={go}
        />
        <SideButton
          side="older"
          target={older}
          label={isTimeline ? 'Older picture' : 'Next result'}
          onGo={go}
        />
      </div>
      {isInfoOpen && <InfoPanel asset={detail} onClose={() => setInfoOpen(false)} />}
    </div>
  )
}

type SideButtonProps = {
  side: 'newer' | 'older'
  target: AssetTile | undefined
  label: string
  onGo: (tile: AssetTile) => void
}

function SideButton({ side, target, label, onGo }: SideButtonProps) {
  if (!target) return null
  return (
    <button
      type="button"
      className={styles.side}
      data-side={side}
      onClick={() => onGo(target)}
      aria-label={label}
    >
      {side === 'newer' ? (
        <IconChevronLeft size={28} stroke={1.6} />
      ) : (
        <IconChevronRight size={28} stroke={1.6} />
      )}
    </button>
  )
}

/** The next step shows at once: preview and facts of both neighbours are asked for in advance. */
function usePrefetch(tiles: (AssetTile | undefined)[]): void {
  const queryClient = useQueryClient()
  const key = tiles.map((tile) => `${tile?.id}:${tile?.version}`).join()
  useEffect(() => {
    const images = tiles.flatMap((tile) => {
      if (!tile) return []
      void queryClient.prefetchQuery(assetQuery(tile.id))
      if (tile.state === 'damaged' && tile.thumbhash === null) return []
      const image = new Image()
      image.src = previewUrl(tile)
      return [image]
    })
    return () => {
      for (const image of images) if (!image.complete) image.src = ''
    }
  }, [key, queryClient])
}
