import { IconPhotoExclamation } from '@tabler/icons-react'
import type { AssetFile } from '../../protocol/assets.ts'
import type { Problem } from '../../protocol/media.ts'
import { originalUrl } from '../api/asset-urls.ts'
import { problemWords } from '../ui/problem-words.ts'
import styles from './viewer.module.css'

type DamagedProps = {
  problem?: Problem | null
  title?: string
  text?: string
  assetId?: number
  file?: AssetFile | undefined
}

/** Where the picture would be: why it is not, and that the file is still as it was. */
export function Damaged({ problem, title, text, assetId, file }: DamagedProps) {
  return (
    <div className={styles.damaged}>
      <IconPhotoExclamation size={56} stroke={1.2} aria-hidden="true" />
      <h2>{title ?? (problem ? problemWords[problem.code] : 'This file cannot be shown')}</h2>
      <p>{text ?? problem?.message}</p>
      {file && assetId !== undefined && (
        <>
          <p className={styles.path}>{file.path}</p>
          <p>The file itself is untouched.</p>
          <a className={styles.action} href={originalUrl(assetId, file.id, true)} download={file.name}>
            Download it as it is
          </a>
        </>
      )}
    </div>
  )
}
