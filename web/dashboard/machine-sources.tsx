import type { SourceView } from '../../protocol/fleet.ts'
import styles from './dashboard.module.css'
import { describeSource, sourcesToShow } from './describe-source.ts'

/** How a machine reads the originals of libraries that lie elsewhere: what works, and what does not and why. */
export function MachineSources({ name, sources }: { name: string; sources: readonly SourceView[] }) {
  if (sources.length === 0) return null
  return (
    <ul className={styles.sources} aria-label={`How ${name} reads originals`}>
      {sourcesToShow(sources).map((source) => (
        <li key={`${source.libraryId} ${source.place}`} data-state={source.state}>
          <p>{describeSource(source)}</p>
          {source.reason && <p className={styles.sourceReason}>{source.reason}</p>}
        </li>
      ))}
    </ul>
  )
}
