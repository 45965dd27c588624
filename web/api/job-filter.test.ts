import { expect, test } from 'vitest'
import { parseJobFilter } from './job-filter.ts'

test('an address keeps what it knows of a filter and drops the rest', () => {
  const search = { kind: 'file.ingest', state: 'dead', code: 'no_such_code', libraryId: '1', page: 7 }
  expect(parseJobFilter(search)).toEqual({ kind: 'file.ingest', state: 'dead' })
  expect(parseJobFilter({ libraryId: 1, code: 'timed_out' })).toEqual({ libraryId: 1, code: 'timed_out' })
})
