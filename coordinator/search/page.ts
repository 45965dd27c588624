import { decodeCursor, encodeCursor, IdCursor } from './cursor.ts'

export type Page<T> = { items: T[]; nextCursor: string | null }

/** A page of a list that goes down by id: `rows` holds one more than `limit` when there is a next page. */
export function pageById<Row extends { id: number }, T>(
  rows: readonly Row[],
  limit: number,
  view: (row: Row) => T,
): Page<T> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(view),
    nextCursor: rows.length > limit && last ? encodeCursor({ id: last.id }) : null,
  }
}

/** Ids below this one come next. */
export function idBelow(cursor: string | undefined): number {
  return cursor === undefined ? Number.MAX_SAFE_INTEGER : decodeCursor(IdCursor, cursor).id
}
