import { type RawBuilder, sql } from 'kysely'
import { type BulkEdit, CurationField } from '../../protocol/curation.ts'
import { AppError } from '../../protocol/errors.ts'
import { shownWord } from './truth.ts'

/**
 * An edit as SQL: for each field that it names, beside `asset a`, the new word and what is shown now; `computed` of
 * those that follow from what is true of each asset.
 *
 * @returns a query with the columns field, value (jsonb, SQL null: says nothing about this asset), computed and shown
 * @throws AppError `bad_request` for an edit that says two things about one field
 */
export function nextWords(edit: BulkEdit): RawBuilder<unknown> {
  const { addKeywords, removeKeywords, shiftCapturedSeconds, ...plain } = edit
  const rows = CurationField.options
    .filter((field) => plain[field] !== undefined)
    .map((field) => row(field, sql`${JSON.stringify(emptyIsNull(plain[field]))}::jsonb`, false))
  if (addKeywords || removeKeywords) {
    refuseTwice(edit, 'keywords', 'addKeywords or removeKeywords')
    rows.push(row('keywords', changedKeywords(addKeywords ?? [], removeKeywords ?? []), true))
  }
  if (shiftCapturedSeconds !== undefined) {
    refuseTwice(edit, 'captured', 'shiftCapturedSeconds')
    rows.push(row('captured', shiftedTime(shiftCapturedSeconds), true))
  }
  // Without `offset 0` a single row is written out into each place that uses it, and computed there.
  return sql`select * from (values ${sql.join(rows)}) word (field, value, computed, shown) offset 0`
}

function row(field: CurationField, value: RawBuilder<unknown>, computed: boolean): RawBuilder<unknown> {
  return sql`(${sql.lit(field)}, ${value}, ${sql.lit(computed)}, ${shownWord(field)})`
}

function shiftedTime(seconds: number): RawBuilder<unknown> {
  return sql`case when a.captured_local is not null then jsonb_build_object(
    'local', a.captured_local + ${seconds}::bigint * interval '1 second',
    'offsetMinutes', a.captured_offset_minutes) end`
}

/** Those that are there and not taken away, in their order, and then those that are added and not there. */
function changedKeywords(added: readonly string[][], removed: readonly string[][]): RawBuilder<unknown> {
  return sql`coalesce((
      select jsonb_agg(path order by place) from (
        select path, min(place) as place from (
          select path, place from jsonb_array_elements(a.keywords) with ordinality as present (path, place)
          where not exists (select 1 from jsonb_array_elements(${JSON.stringify(removed)}::jsonb) gone where gone = path)
          union all
          select path, place + 1000000 from jsonb_array_elements(${JSON.stringify(added)}::jsonb)
            with ordinality as extra (path, place)) each group by path) kept), 'null')`
}

function refuseTwice(edit: BulkEdit, field: CurationField, other: string): void {
  if (edit[field] === undefined) return
  throw new AppError('bad_request', `The edit sets ${field} and has ${other} as well: give one of them`, {
    details: [{ path: ['edit', field], message: `not together with ${other}` }],
  })
}

/** An empty text or list says the same as null. */
function emptyIsNull(value: unknown): unknown {
  if (value === '' || (Array.isArray(value) && value.length === 0)) return null
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    const parts = Object.values(value)
    return parts.length > 0 && parts.every((part) => part === null) ? null : value
  }
  return value
}
