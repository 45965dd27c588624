import {
  IconCheck,
  IconHeartFilled,
  IconPhotoExclamation,
  IconPlayerPlayFilled,
  IconStarFilled,
} from '@tabler/icons-react'
import { memo, useState } from 'react'
import type { AssetTile } from '../../protocol/assets.ts'
import { thumbnailSrcSet, thumbnailUrl } from '../api/asset-urls.ts'
import { formatDuration } from '../ui/format-amount.ts'
import { labelColour } from '../ui/label-colours.ts'
import { thumbhashColour, thumbhashPicture } from '../ui/thumbhash-paint.ts'
import { damageWords, tileLabel } from '../ui/tile-label.ts'
import styles from './tile.module.css'

type TileProps = {
  asset: AssetTile
  section: number
  index: number
  leftPx: number
  topPx: number
  widthPx: number
  heightPx: number
  isFocusable: boolean
  isChosen: boolean
  /** Off while the timeline flies past: only colours then. */
  isSettled: boolean
}

/** One picture of the timeline. Clicks are handled by the timeline for all tiles at once. */
export const Tile = memo(function Tile(props: TileProps) {
  const { asset, leftPx, topPx, widthPx, heightPx } = props
  const [wasSettled, setWasSettled] = useState(props.isSettled)
  if (props.isSettled && !wasSettled) setWasSettled(true)
  const [imageState, setImageState] = useState<'loading' | 'shown' | 'failed'>('loading')
  const isDamaged = asset.state === 'damaged'
  // A damaged file without a thumbhash has no derived picture to ask for.
  const hasPicture = !(isDamaged && asset.thumbhash === null) && imageState !== 'failed'
  const blurred = wasSettled && hasPicture && asset.thumbhash ? thumbhashPicture(asset.thumbhash) : null

  return (
    <a
      href={`/assets/${asset.id}`}
      className={styles.tile}
      data-section={props.section}
      data-index={props.index}
      tabIndex={props.isFocusable ? 0 : -1}
      data-chosen={props.isChosen || undefined}
      data-rejected={asset.rating === -1 || undefined}
      aria-label={`${tileLabel(asset)}${props.isChosen ? ', selected' : ''}`}
      style={{
        left: leftPx,
        top: topPx,
        width: widthPx,
        height: heightPx,
        backgroundColor: asset.thumbhash && hasPicture ? thumbhashColour(asset.thumbhash) : undefined,
        backgroundImage: blurred && imageState !== 'shown' ? `url(${blurred})` : undefined,
      }}
    >
      {hasPicture && wasSettled && (
        <img
          src={thumbnailUrl(asset, 'grid')}
          srcSet={thumbnailSrcSet(asset)}
          sizes={`${widthPx}px`}
          alt=""
          decoding="async"
          draggable={false}
          data-shown={imageState === 'shown' || undefined}
          onLoad={() => setImageState('shown')}
          onError={() => setImageState('failed')}
        />
      )}
      {isDamaged ? (
        <span className={hasPicture ? styles.damagedStrip : styles.damaged}>
          <IconPhotoExclamation size={hasPicture ? 14 : 22} stroke={1.6} aria-hidden="true" />
          {damageWords(asset)}
        </span>
      ) : imageState === 'failed' ? (
        <span className={styles.damaged}>The picture did not load</span>
      ) : null}
      <span className={styles.check} data-check="" aria-hidden="true">
        <IconCheck size={14} stroke={3} />
      </span>
      <Marks asset={asset} />
      {(asset.kind === 'video' || asset.hasRaw) && <Badges asset={asset} />}
    </a>
  )
})

function Badges({ asset }: { asset: AssetTile }) {
  return (
    <span className={styles.badges}>
      {asset.hasRaw && <span>RAW</span>}
      {asset.kind === 'video' && (
        <span>
          <IconPlayerPlayFilled size={10} aria-hidden="true" />
          {asset.durationMs === null ? 'Video' : formatDuration(asset.durationMs)}
        </span>
      )}
    </span>
  )
}

/** What somebody thinks of the picture, as small as can still be read. The link's label says the same in words. */
function Marks({ asset: { rating, label, favourite } }: { asset: AssetTile }) {
  const stars = rating ?? 0
  if (stars === 0 && label === null && !favourite) return null
  return (
    <span className={styles.marks} aria-hidden="true">
      {favourite && <IconHeartFilled size={12} />}
      {stars > 0 && (
        <span data-word={stars}>
          <IconStarFilled size={11} />
        </span>
      )}
      {stars < 0 && <span data-word="Rejected" />}
      {label !== null && <i style={{ background: labelColour(label) }} />}
    </span>
  )
}
