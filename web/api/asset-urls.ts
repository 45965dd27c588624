import { routes } from '../../protocol/api/routes.ts'
import type { AssetTile } from '../../protocol/assets.ts'
import { derivedSizePx } from '../../protocol/media.ts'
import { requestPath } from './call-api.ts'

type Pictured = Pick<AssetTile, 'id' | 'version' | 'widthPx' | 'heightPx'>

/** The version makes the address change with the picture, so that the browser may keep it for ever. */
export function thumbnailUrl(asset: Pictured, size: 'tiny' | 'grid'): string {
  return requestPath(routes.getThumbnail.path, { id: asset.id }, { size, v: asset.version })
}

export function previewUrl(asset: Pictured): string {
  return requestPath(routes.getPreview.path, { id: asset.id }, { v: asset.version })
}

export function originalUrl(assetId: number, fileId?: number, download?: boolean): string {
  return requestPath(
    routes.getOriginal.path,
    { id: assetId },
    { fileId, download: download ? true : undefined },
  )
}

/** Both grid pictures with their real widths: derived sizes count the longest side. */
export function thumbnailSrcSet(asset: Pictured): string {
  const share = Math.min(1, asset.widthPx / asset.heightPx)
  const width = (size: 'tiny' | 'grid') => Math.max(1, Math.round(derivedSizePx[size] * share))
  return `${thumbnailUrl(asset, 'tiny')} ${width('tiny')}w, ${thumbnailUrl(asset, 'grid')} ${width('grid')}w`
}
