import { Link } from '@tanstack/react-router'
import type { AssetFilter } from '../api/asset-filter.ts'
import { useResults } from '../api/use-results.ts'
import styles from './search.module.css'

/** Where a model knows only a list of words: those near what was asked. */
export function Suggestions({ filter }: { filter: AssetFilter }) {
  const words = useResults({ kind: 'search', filter }).query.data?.pages[0]?.suggestions ?? []
  if (words.length === 0) return null
  return (
    <p className={styles.suggestions}>
      The model in use knows a list of words. Near yours:
      {words.map((word) => (
        <Link key={word} to="/search" search={{ ...filter, q: word }} className={styles.suggestion}>
          {word}
        </Link>
      ))}
    </p>
  )
}
