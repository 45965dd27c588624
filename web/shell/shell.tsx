import { IconActivity, IconPhoto } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useMatchRoute } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useLiveState, useServices } from '../api/services.ts'
import { Wordmark } from '../ui/wordmark.tsx'
import { AccountMenu } from './account-menu.tsx'
import styles from './shell.module.css'

/** A short drop is nobody's business; a longer one explains why numbers stand still. */
const SAY_RECONNECTING_AFTER_MS = 2_000
const ShortcutSheet = lazy(() => import('./shortcut-sheet.tsx'))

/** Top bar, page, and on a phone the bar at the bottom. */
export function Shell() {
  const matchRoute = useMatchRoute()
  const isViewing = matchRoute({ to: '/assets/$assetId' }) !== false
  const isDashboard =
    matchRoute({ to: '/dashboard' }) !== false ||
    matchRoute({ to: '/jobs', fuzzy: true }) !== false ||
    matchRoute({ to: '/write-backs' }) !== false
  const isAccount = matchRoute({ to: '/account' }) !== false
  const current = isDashboard ? 'dashboard' : isAccount ? undefined : 'photos'
  const [isSheetOpen, setSheetOpen] = useState(false)
  useLiveEvents()
  useQuestionMark(() => setSheetOpen(true))

  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#page">
        Skip to the page
      </a>
      <header className={styles.top} inert={isViewing}>
        <Link to="/" className={styles.home} aria-label="Hearth, to your photos">
          <Wordmark />
        </Link>
        <Tabs className={styles.topTabs} current={current} />
        <div className={styles.end}>
          <Reconnecting />
          <AccountMenu onShortcuts={() => setSheetOpen(true)} />
        </div>
      </header>
      <main id="page" className={styles.page} tabIndex={-1}>
        <Outlet />
      </main>
      <div className={styles.bottom} inert={isViewing}>
        <Tabs className={styles.bottomTabs} current={current} />
      </div>
      <Suspense>{isSheetOpen && <ShortcutSheet onClose={() => setSheetOpen(false)} />}</Suspense>
    </div>
  )
}

type TabsProps = {
  className: string | undefined
  /** Undefined on pages that belong to neither. */
  current: 'photos' | 'dashboard' | undefined
}

function Tabs({ className, current }: TabsProps) {
  const isPhotos = current === 'photos'
  const isDashboard = current === 'dashboard'
  return (
    <nav className={className} aria-label="Pages">
      <Link
        to="/"
        className={styles.tab}
        data-current={isPhotos || undefined}
        aria-current={isPhotos ? 'page' : undefined}
      >
        <IconPhoto size={20} stroke={1.7} aria-hidden="true" />
        Photos
      </Link>
      <Link
        to="/dashboard"
        className={styles.tab}
        data-current={isDashboard || undefined}
        aria-current={isDashboard ? 'page' : undefined}
      >
        <IconActivity size={20} stroke={1.7} aria-hidden="true" />
        Dashboard
      </Link>
    </nav>
  )
}

function Reconnecting() {
  const state = useLiveState()
  const [isLong, setLong] = useState(false)
  useEffect(() => {
    if (state !== 'reconnecting') return setLong(false)
    const timer = setTimeout(() => setLong(true), SAY_RECONNECTING_AFTER_MS)
    return () => clearTimeout(timer)
  }, [state])
  return (
    <span role="status" className={styles.reconnecting} data-shown={isLong || undefined}>
      {isLong ? 'Reconnecting…' : ''}
    </span>
  )
}

function useLiveEvents(): void {
  const { live } = useServices()
  const queryClient = useQueryClient()
  useEffect(() => {
    let isFirst = true
    void live.open(() => {
      // The first answers are fresher than the connection; after a gap everything may have changed.
      if (!isFirst) void queryClient.invalidateQueries()
      isFirst = false
    })
    return () => live.close()
  }, [live, queryClient])
}

function useQuestionMark(onAsked: () => void): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLElement && event.target.closest('input, textarea, select')
      if (event.key === '?' && !isTyping) onAsked()
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [onAsked])
}
