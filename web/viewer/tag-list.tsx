import { useState } from 'react'
import { formatCount } from '../ui/format-amount.ts'
import { tagText } from './describe-shot.ts'
import styles from './info-panel.module.css'

/** Every tag that was read from one file, folded away until somebody looks for one. */
export function TagList({ name, tags }: { name: string; tags: Record<string, unknown> }) {
  const [filter, setFilter] = useState('')
  const all = Object.entries(tags)
  const wanted = filter.trim().toLowerCase()
  const shown = all.filter(([tag, value]) => `${tag} ${tagText(value)}`.toLowerCase().includes(wanted))
  if (all.length === 0) return null
  return (
    <details className={styles.tags}>
      <summary>
        <span>{name}</span> <small>{formatCount(all.length)}</small>
      </summary>
      <input
        type="search"
        placeholder="Filter tags"
        aria-label={`Filter the tags of ${name}`}
        value={filter}
        onChange={(event) => setFilter(event.currentTarget.value)}
      />
      <dl>
        {shown.map(([tag, value]) => (
          <div key={tag}>
            <dt>{tag}</dt>
            <dd>{tagText(value)}</dd>
          </div>
        ))}
      </dl>
      {shown.length === 0 && <p className={styles.folder}>No tag contains “{filter}”.</p>}
    </details>
  )
}
