import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { AssetFilter } from '../api/asset-filter.ts'
import { thingsQuery } from '../api/queries.ts'
import { nameThings } from './name-things.ts'
import styles from './search.module.css'

/** The way from words to things that were found in pictures, where the words name some. */
export function NamedThings({ filter }: { filter: AssetFilter }) {
  const things = useQuery(thingsQuery).data?.things ?? []
  const named = nameThings(filter.q ?? filter.text ?? '', things)
  if (named.length === 0 || filter.thing !== undefined) return null
  return (
    <p className={styles.suggestions}>
      Only pictures in which this was found:
      {named.map(({ thing, rest }) => (
        <Link
          key={thing}
          to="/search"
          search={{ ...filter, thing, q: rest, text: undefined }}
          className={styles.suggestion}
        >
          {thing}
        </Link>
      ))}
    </p>
  )
}
