import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { showUrl } from '../../coordinator/db/backup/show-url.ts'
import { chooseDatabase, rememberEmbedded, rememberServer } from './database-choice.ts'

const server = 'postgres://hearth:secret@db.home/hearth'
const other = 'postgres://hearth:hidden@elsewhere/hearth?sslmode=require'
let data = ''
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'hearth-choice-'))
})
afterEach(() => rmSync(data, { recursive: true }))

test('nothing said and nothing remembered is the embedded database', () => {
  mkdirSync(join(data, 'database'))
  expect(chooseDatabase(data, undefined)).toEqual({ location: { data }, notes: [] })
})

test('what it was moved to is remembered, for the owner’s eyes only, until it is moved back', async () => {
  await rememberServer(data, server)
  expect(chooseDatabase(data, undefined)).toEqual({ location: { url: server }, notes: [] })
  expect(statSync(join(data, 'database.json')).mode & 0o777).toBe(0o600)
  await rememberEmbedded(data)
  expect(chooseDatabase(data, undefined)).toEqual({ location: { data }, notes: [] })
})

test('DATABASE_URL wins, and a contradiction is said without passwords', async () => {
  await rememberServer(data, server)
  expect(chooseDatabase(data, server)).toEqual({ location: { url: server }, notes: [] })
  const { location, notes } = chooseDatabase(data, other)
  expect(location).toEqual({ url: other })
  expect(notes).toEqual([expect.stringContaining('postgres://hearth@elsewhere/hearth, which is used')])
  expect(notes.join()).not.toMatch(/secret|hidden/)
})

test('an embedded database that is there and not used is said', () => {
  mkdirSync(join(data, 'database'))
  expect(chooseDatabase(data, server).notes).toEqual([expect.stringContaining('is not used')])
})

test.each(['', '{', '{"url":""}', '[]'])('a file that says %j is refused, not taken for nothing', (text) => {
  writeFileSync(join(data, 'database.json'), text)
  expect(() => chooseDatabase(data, undefined)).toThrow(/database\.json cannot be read/)
})

test('what cannot be shown without its password is not shown', () => {
  expect(showUrl('host=db password=secret')).toBe('a Postgres server')
})
