import { displayPathName } from '../../protocol/path-name.ts'

export type Column<T> = { title: string; value: (row: T) => string | number | null; align?: 'right' }

const GAP = '  '
const USUAL_WIDTH = 80

/**
 * Rows as text, a line each, below their titles.
 *
 * @param widthColumns of the terminal: longer lines are cut; undefined when nobody looks, then they are whole
 */
export function formatTable<T>(
  columns: readonly Column<T>[],
  rows: readonly T[],
  widthColumns?: number,
): string {
  const cells = rows.map((row) => columns.map((column) => printable(String(column.value(row) ?? '–'))))
  const widths = columns.map((column, index) =>
    Math.max(column.title.length, ...cells.map((row) => row[index]!.length)),
  )
  const line = (texts: readonly string[]) =>
    texts
      .map((text, index) =>
        columns[index]!.align === 'right' ? text.padStart(widths[index]!) : text.padEnd(widths[index]!),
      )
      .join(GAP)
      .trimEnd()
  return [columns.map(({ title }) => title.toUpperCase()), ...cells]
    .map(line)
    .map((text) => cut(text, widthColumns))
    .join('\n')
}

/** To standard output: as wide as the terminal, or whole where there is none. */
export function printTable<T>(columns: readonly Column<T>[], rows: readonly T[], empty: string): void {
  const { isTTY, columns: width } = process.stdout
  const text =
    rows.length === 0 ? empty : formatTable(columns, rows, isTTY ? width || USUAL_WIDTH : undefined)
  process.stdout.write(`${text}\n`)
}

/** What came from outside must not speak to the terminal. */
function printable(text: string): string {
  return displayPathName(text)
}

function cut(text: string, width: number | undefined): string {
  return width === undefined || text.length <= width ? text : `${text.slice(0, width - 1)}…`
}
