import { IconActivity, IconEye, IconPhoto, IconSearch } from '@tabler/icons-react'
import { Link, useMatchRoute } from '@tanstack/react-router'
import styles from './shell.module.css'

const pages = [
  { name: 'photos', to: '/', word: 'Photos', Icon: IconPhoto },
  { name: 'search', to: '/search', word: 'Search', Icon: IconSearch },
  { name: 'understanding', to: '/understanding', word: 'Understanding', Icon: IconEye },
  { name: 'dashboard', to: '/dashboard', word: 'Dashboard', Icon: IconActivity },
] as const
type PageName = (typeof pages)[number]['name']

/** The pages that everybody uses; on a wide screen the search has its own place in the bar. */
export function Tabs({ className, only }: { className: string | undefined; only: readonly PageName[] }) {
  const current = useCurrentPage()
  return (
    <nav className={className} aria-label="Pages">
      {pages
        .filter(({ name }) => only.includes(name))
        .map(({ name, to, word, Icon }) => (
          <Link
            key={name}
            to={to}
            className={styles.tab}
            data-current={name === current || undefined}
            aria-current={name === current ? 'page' : undefined}
          >
            <Icon size={20} stroke={1.7} aria-hidden="true" />
            {word}
          </Link>
        ))}
    </nav>
  )
}

type Place =
  | '/assets/$assetId'
  | '/dashboard'
  | '/jobs'
  | '/search'
  | '/similar/$likeId'
  | '/understanding'
  | '/write-backs'

function useCurrentPage(): PageName | undefined {
  const matchRoute = useMatchRoute()
  const isAt = (to: Place) => matchRoute({ to, fuzzy: true }) !== false
  if (isAt('/search') || isAt('/similar/$likeId')) return 'search'
  if (isAt('/understanding')) return 'understanding'
  if (isAt('/dashboard') || isAt('/jobs') || isAt('/write-backs')) return 'dashboard'
  return matchRoute({ to: '/' }) !== false || isAt('/assets/$assetId') ? 'photos' : undefined
}
