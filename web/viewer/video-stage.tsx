import { useState } from 'react'
import type { AssetFile, AssetTile } from '../../protocol/assets.ts'
import { originalUrl, previewUrl } from '../api/asset-urls.ts'
import { tileLabel } from '../ui/tile-label.ts'
import { Damaged } from './damaged.tsx'
import styles from './viewer.module.css'

type VideoStageProps = {
  tile: AssetTile
  file: AssetFile | undefined
  /** Whether the asset's files are known; until then the poster stands alone. */
  isKnown: boolean
}

/** Plays the original as it is; what this browser cannot play can be downloaded. */
export function VideoStage({ tile, file, isKnown }: VideoStageProps) {
  const [hasFailed, setFailed] = useState(false)
  const poster = tile.thumbhash === null ? undefined : previewUrl(tile)
  if (isKnown && (hasFailed || !file)) {
    const format = file?.codec ? `${file.codec} (${file.format})` : (file?.format ?? 'its format')
    return (
      <Damaged
        title="This browser cannot play the video"
        text={
          file
            ? `It is encoded as ${format}. Download it and open it in a player, or try another browser.`
            : 'Its file is missing from the disk at the moment.'
        }
        assetId={tile.id}
        file={file}
      />
    )
  }
  return (
    // biome-ignore lint/a11y/useMediaCaption: home videos come without captions
    <video
      className={styles.video}
      aria-label={tileLabel(tile)}
      controls
      playsInline
      preload="metadata"
      poster={poster}
      src={file ? originalUrl(tile.id, file.id) : undefined}
      onError={() => file && setFailed(true)}
    />
  )
}
