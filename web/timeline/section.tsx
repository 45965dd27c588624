import type { AssetTile } from '../../protocol/assets.ts'
import type { TilePosition } from '../grid/laid-section.ts'
import type { SectionRow } from '../grid/layout-section.ts'
import { Tile } from '../grid/tile.tsx'
import { formatCount } from '../ui/format-amount.ts'
import { formatBucket, formatDay } from '../ui/format-when.ts'
import styles from './timeline.module.css'
import type { VisibleSection } from './timeline-model.ts'

type SectionProps = {
  section: VisibleSection
  rowHeightPx: number
  isSettled: boolean
  focusable: TilePosition
  chosen: ReadonlyMap<number, AssetTile>
  /** With the marks that are on their way. */
  shown: (tile: AssetTile) => AssetTile
}

/** One month: its heading, which stays in sight, and those of its rows that are near the screen. */
export function Section({ rowHeightPx, ...props }: SectionProps) {
  const { section } = props
  const rows = section.layout?.rows.slice(section.rows.first, section.rows.end) ?? []
  const restTopPx = section.layout?.heightPx ?? section.headerPx
  const headingId = `month-${section.bucket}`
  return (
    <section
      className={styles.section}
      style={{ top: section.canvasTopPx, height: section.heightPx }}
      aria-labelledby={headingId}
    >
      <div className={styles.heading} style={{ height: section.headerPx }}>
        <h2 id={headingId}>{formatBucket(section.bucket)}</h2>
        <span>{section.failed ? 'could not be loaded, trying again…' : formatCount(section.count)}</span>
      </div>
      {rows.map((row) => (
        <Row key={row.start} row={row} {...props} />
      ))}
      {!section.complete && restTopPx < section.heightPx && (
        <div
          className={styles.rest}
          style={{ top: restTopPx, '--row-px': `${rowHeightPx}px` } as React.CSSProperties}
        />
      )}
    </section>
  )
}

type RowProps = Omit<SectionProps, 'rowHeightPx'> & { row: SectionRow }

function Row({ row, section, isSettled, focusable, chosen, shown }: RowProps) {
  return (
    <>
      {row.days.map(({ index, day }, at) => {
        const leftPx = row.leftPx[index - row.start] ?? 0
        const nextDay = row.days[at + 1]
        const endPx = nextDay ? (row.leftPx[nextDay.index - row.start] ?? 0) - 8 : undefined
        return (
          <button
            key={day}
            type="button"
            tabIndex={-1}
            className={styles.day}
            data-day={day}
            data-section={section.index}
            title={`Select all of ${formatDay(day)}`}
            style={{
              left: leftPx,
              top: row.topPx - 24,
              ...(endPx === undefined ? {} : { width: endPx - leftPx }),
            }}
          >
            <time dateTime={day}>{formatDay(day)}</time>
          </button>
        )
      })}
      {section.tiles.slice(row.start, row.end).map((asset, at) => (
        <Tile
          key={asset.id}
          asset={shown(asset)}
          isChosen={chosen.has(asset.id)}
          section={section.index}
          index={row.start + at}
          leftPx={row.leftPx[at] ?? 0}
          topPx={row.topPx}
          widthPx={row.widthPx[at] ?? 0}
          heightPx={row.heightPx}
          isSettled={isSettled}
          isFocusable={focusable.section === section.index && focusable.index === row.start + at}
        />
      ))}
    </>
  )
}
