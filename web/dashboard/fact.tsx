import type { ReactNode } from 'react'

type FactProps = { word: string; isBad?: boolean; isWide?: boolean; children: ReactNode }

/** One number with its word, in a `dl` of `styles.numbers`. */
export function Fact({ word, isBad, isWide, children }: FactProps) {
  return (
    <div data-bad={isBad || undefined} data-wide={isWide || undefined}>
      <dt>{word}</dt>
      <dd>{children}</dd>
    </div>
  )
}
