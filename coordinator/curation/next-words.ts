import { type RawBuilder, sql } from 'kysely'
import { type BulkEdit, CurationField } from '../../protocol/curation.ts'
import { AppError } from '../../protocol/errors.ts'

/** The fields that an edit is about, also by way of what each asset has. */
export function editedFields({
  addKeywords,
  removeKeywords,
  shiftCapturedSeconds,
  ...plain
}: BulkEdit): CurationField[] {
  const named = CurationField.options.filter((field) => plain[field] !== undefined)
  return [
    ...named,
    ...(addKeywords || removeKeywords ? ['keywords' as const] : []),
    ...(shiftCapturedSeconds === undefined ? [] : ['captured' as const]),
  ]
}

/**
 * An edit as SQL: for each field that it names, beside `asset a`, the new word; `computed` of those that follow from
 * what is true of each asset.
 *
 * @returns a query with the columns field, value (jsonb) and computed
 * @throws AppError `bad_request` for an edit that says two things about one field
 */
export function nextWords(edit: BulkEdit): RawBuilder<unknown> {
  const { addKeywords, removeKeywords, shiftCapturedSeconds, ...plain } = edit
  const words = Object.entries(plain).filter(([, value]) => value !== undefined)
  const parts = [
    sql`select field, value, false as computed from unnest(${words.map(([field]) => field)}::text[],
      ${words.map(([, value]) => JSON.stringify(emptyIsNull(value)))}::jsonb[]) as given (field, value)`,
  ]
  if (addKeywords || removeKeywords) {
    refuseTwice(edit, 'keywords', 'addKeywords or removeKeywords')
    parts.push(changedKeywords(addKeywords ?? [], removeKeywords ?? []))
  }
  if (shiftCapturedSeconds !== undefined) {
    refuseTwice(edit, 'captured', 'shiftCapturedSeconds')
    parts.push(sql`select 'captured', jsonb_build_object(
        'local', a.captured_local + ${shiftCapturedSeconds}::bigint * interval '1 second',
        'offsetMinutes', a.captured_offset_minutes), true
      where a.captured_local is not null`)
  }
  return sql.join(parts, sql` union all `)
}

/** Those that are there and not taken away, in their order, and then those that are added and not there. */
function changedKeywords(added: readonly string[][], removed: readonly string[][]): RawBuilder<unknown> {
  return sql`select 'keywords', coalesce((
      select jsonb_agg(path order by place) from (
        select path, min(place) as place from (
          select path, place from jsonb_array_elements(a.keywords) with ordinality as present (path, place)
          where not exists (select 1 from jsonb_array_elements(${JSON.stringify(removed)}::jsonb) gone where gone = path)
          union all
          select path, place + 1000000 from jsonb_array_elements(${JSON.stringify(added)}::jsonb)
            with ordinality as extra (path, place)) each group by path) kept), 'null'), true`
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
