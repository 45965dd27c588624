import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { folderPatterns, namePatterns } from './text-pattern.ts'

test('wildcards stand for themselves, and both Unicode forms are looked for', () => {
  expect(namePatterns('100%_a\\b')).toEqual(['%100\\%\\_a\\\\b%'])
  expect(namePatterns('Zoë')).toEqual(['%Zoë%', '%Zoe\u0308%'])
})

test('every text finds the folder that it names, as bytes, and Postgres takes every pattern', async () => {
  await using fresh = await freshDatabase()
  const found = async (path: Buffer, text: string): Promise<boolean> => {
    const { rows } = await sql<{ found: boolean }>`
      select encode(${path}::bytea, 'escape') ilike any(${folderPatterns(text)}::text[]) as found`.execute(
      fresh.db,
    )
    return rows[0]!.found
  }
  expect(await found(Buffer.from('2024/Été à Sète'), 'été')).toBe(true)
  expect(await found(Buffer.from('2024/ÉTÉ'), 'été')).toBe(true)
  expect(await found(Buffer.from('2024/été'.normalize('NFD')), 'Été')).toBe(true)
  expect(await found(Buffer.from('HOLIDAY 50%'), 'day 50%')).toBe(true)
  expect(await found(Buffer.from('holiday 500'), 'day 50%')).toBe(false)
  expect(await found(Buffer.from([0x61, 0xff, 0x62]), 'b')).toBe(true)
  expect(await found(Buffer.from('a\\b'), '\\')).toBe(true)

  const texts = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 12 })
    .filter((text) => text.isWellFormed())
  await fc.assert(
    fc.asyncProperty(texts, texts, async (text, around) => {
      expect(await found(Buffer.from(around + text + around), text)).toBe(true)
    }),
    { numRuns: 200 },
  )
})
