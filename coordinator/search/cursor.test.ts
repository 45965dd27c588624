import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AppError } from '../../protocol/errors.ts'
import { AssetCursor, decodeCursor, encodeCursor, IdCursor } from './cursor.ts'

test('a cursor comes back as it went', () => {
  const dated = { sort: 'newest', at: '2024-05-01T14:03:22.123456', id: 7 } as const
  expect(decodeCursor(AssetCursor, encodeCursor(dated))).toEqual(dated)
  const undated = { sort: 'oldest', at: null, id: Number.MAX_SAFE_INTEGER } as const
  expect(decodeCursor(AssetCursor, encodeCursor(undated))).toEqual(undated)
})

test.each([
  '',
  'x',
  'null',
  '{}',
  '{"id":0}',
  '{"id":1.5}',
  '{"id":1e300}',
  '{"id":"1"}',
  '{"sort":"newest","at":"infinity","id":1}',
  '{"sort":"newest","at":"2024-02-30T00:00:00","id":1}',
  '{"sort":"newest","at":"0000-01-01T00:00:00","id":1}',
  '{"sort":"newest","at":"2024-01-01T00:00:00Z","id":1}',
  '{"sort":"up","at":null,"id":1}',
  '{"sort":"newest","at":null,"id":1,"more":1}',
])('%s is no cursor', (json) => {
  const cursor = Buffer.from(json).toString('base64url')
  expect(() => decodeCursor(AssetCursor, cursor)).toThrow(AppError)
})

test('whatever comes is a cursor or a bad request', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.json().map((text) => btoa(encodeURI(text))),
      ),
      (cursor) => {
        for (const schema of [AssetCursor, IdCursor]) {
          try {
            decodeCursor(schema, cursor)
          } catch (error) {
            expect(error).toMatchObject({ code: 'bad_request' })
          }
        }
      },
    ),
  )
})
