/** The hearth: an arch with one flame in it. */
export function Mark({ sizePx = 24 }: { sizePx?: number }) {
  return (
    <svg width={sizePx} height={sizePx} viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <path d="M4 21V12a8 8 0 0 1 16 0v9" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
      <path
        d="M12 10.2c2.1 2 3.6 3.9 3.6 6.2a3.6 3.6 0 0 1-7.2 0c0-1.3.5-2.4 1.3-3.2.3.8.8 1.4 1.5 1.6-.2-1.6.1-3.2.8-4.6z"
        fill="var(--ember-fill)"
      />
    </svg>
  )
}

export function Wordmark() {
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', gap: 8 }}>
      <Mark />
      <span style={{ fontSize: 18, fontWeight: 650, letterSpacing: '-0.015em' }}>Hearth</span>
    </span>
  )
}
