import { IconDownload } from '@tabler/icons-react'
import type { AssetFile } from '../../protocol/assets.ts'
import { originalUrl } from '../api/asset-urls.ts'
import { formatBytes } from '../ui/format-amount.ts'
import styles from './info-panel.module.css'

/** The files behind one asset, each with what it is to it. */
export function FileList({ assetId, files }: { assetId: number; files: readonly AssetFile[] }) {
  return (
    <ul className={styles.files}>
      {files.map((file) => (
        <li key={file.id}>
          <div>
            <p className={styles.fileName}>{file.name}</p>
            <p className={styles.fileFacts}>
              <span className={styles.role} data-role={file.role}>
                {file.role}
              </span>
              {file.isCover && file.role !== 'cover' && <span className={styles.role}>shown</span>}
              <span>
                {[file.format, formatBytes(file.sizeBytes), sizeOf(file), file.codec]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
            </p>
            {file.state === 'missing' && (
              <p className={styles.fileProblem}>Missing from the disk since the last scan</p>
            )}
            {file.problem && <p className={styles.fileProblem}>{file.problem.message}</p>}
          </div>
          {file.state !== 'missing' && (
            <a
              className={styles.download}
              href={originalUrl(assetId, file.id, true)}
              download={file.name}
              aria-label={`Download ${file.name}`}
            >
              <IconDownload size={18} stroke={1.7} />
            </a>
          )}
        </li>
      ))}
    </ul>
  )
}

function sizeOf({ widthPx, heightPx }: AssetFile): string | null {
  return widthPx && heightPx ? `${widthPx} × ${heightPx}` : null
}
