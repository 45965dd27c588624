import { IconAperture, IconCalendar, IconCamera, IconStarFilled, IconX } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { AssetDetail, MetadataField } from '../../protocol/assets.ts'
import { useShown } from '../api/use-curation.ts'
import { AssetHistory } from './asset-history.tsx'
import { CurationFields } from './curation-fields.tsx'
import { describeExposure, describeWhen, fieldName } from './describe-shot.ts'
import { FileList } from './file-list.tsx'
import styles from './info-panel.module.css'
import { TagList } from './tag-list.tsx'

/** Everything known about the picture, and who says so. */
export function InfoPanel({ asset, onClose }: { asset: AssetDetail | undefined; onClose: () => void }) {
  return (
    <aside className={styles.panel} aria-label="Information">
      <div className={styles.head}>
        <h2>Information</h2>
        <button type="button" className={styles.close} onClick={onClose} aria-label="Close information">
          <IconX size={20} stroke={1.7} />
        </button>
      </div>
      {asset && <Facts asset={asset} />}
    </aside>
  )
}

function Facts({ asset }: { asset: AssetDetail }) {
  const { when, source } = describeWhen(asset)
  const shown = useShown(asset) ?? asset
  const exposure = describeExposure(asset.metadata)
  return (
    <>
      <CurationFields key={asset.id} asset={asset} />
      {asset.problem && <p className={styles.problem}>{asset.problem.message}</p>}
      <section className={styles.block}>
        {!asset.captured && <Fact icon={<IconCalendar size={20} stroke={1.6} />} main={when} side={source} />}
        {asset.camera && (
          <Fact
            icon={<IconCamera size={20} stroke={1.6} />}
            main={asset.camera}
            side={asset.lens ?? undefined}
          />
        )}
        {exposure && (
          <Fact icon={<IconAperture size={20} stroke={1.6} />} main={exposure} side={dimensionsOf(asset)} />
        )}
        {shown.rating !== null && <Rating rating={shown.rating} />}
      </section>
      <section className={styles.block}>
        <h3>Files</h3>
        <p className={styles.folder}>{asset.folder === '' ? 'Top folder of the library' : asset.folder}</p>
        <FileList assetId={asset.id} files={asset.files} />
      </section>
      <section className={styles.block}>
        <h3>History</h3>
        <AssetHistory assetId={asset.id} />
      </section>
      {asset.metadata.length > 0 && (
        <section className={styles.block}>
          <h3>Metadata</h3>
          <MetadataTable fields={asset.metadata} />
        </section>
      )}
      {asset.files.some(({ tags }) => Object.keys(tags).length > 0) && (
        <section className={styles.block}>
          <h3>All tags</h3>
          {asset.files.map((file) => (
            <TagList key={file.id} name={file.name} tags={file.tags} />
          ))}
        </section>
      )}
    </>
  )
}

function Fact({ icon, main, side }: { icon: ReactNode; main: string; side?: string | undefined }) {
  return (
    <div className={styles.fact}>
      <span aria-hidden="true">{icon}</span>
      <p>
        {main}
        {side && <small>{side}</small>}
      </p>
    </div>
  )
}

function Rating({ rating }: { rating: number }) {
  if (rating < 0) return <Fact icon={<IconX size={20} stroke={1.6} />} main="Rejected" />
  return (
    <div className={styles.fact}>
      <span aria-hidden="true">
        <IconStarFilled size={18} />
      </span>
      <p>{rating === 0 ? 'Not rated' : `${rating} of 5 stars`}</p>
    </div>
  )
}

function MetadataTable({ fields }: { fields: readonly MetadataField[] }) {
  return (
    <dl className={styles.metadata}>
      {fields.map((field) => (
        <div key={`${field.field} ${field.source} ${field.detail}`}>
          <dt>{fieldName(field.field)}</dt>
          <dd>
            {field.value}
            <span className={styles.source} data-source={field.source}>
              {field.source}
            </span>
            <small>{field.detail}</small>
          </dd>
        </div>
      ))}
    </dl>
  )
}

function dimensionsOf({ widthPx, heightPx }: AssetDetail): string | undefined {
  if (widthPx <= 1 || heightPx <= 1) return undefined
  return `${widthPx} × ${heightPx} · ${((widthPx * heightPx) / 1e6).toFixed(1)} MP`
}
