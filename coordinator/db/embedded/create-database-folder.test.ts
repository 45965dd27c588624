import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDatabaseFolder } from './create-database-folder.ts'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearth-create-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a database is made over what an interrupted making left, and then left alone', async () => {
  mkdirSync(join(folder, 'pgdata.new'))
  writeFileSync(join(folder, 'pgdata.new', 'PG_VERSION'), 'half')
  await createDatabaseFolder(join(folder, 'pgdata'))
  expect(readdirSync(folder)).toEqual(['pgdata'])
  expect(existsSync(join(folder, 'pgdata', 'global', 'pg_control'))).toBe(true)
  rmSync(join(folder, 'pgdata', 'global', 'pg_control'))
  await createDatabaseFolder(join(folder, 'pgdata'))
  expect(existsSync(join(folder, 'pgdata', 'global', 'pg_control'))).toBe(false)
})

test('nothing is put over a folder that holds something else', async () => {
  mkdirSync(join(folder, 'pgdata'))
  writeFileSync(join(folder, 'pgdata', 'base'), '')
  await expect(createDatabaseFolder(join(folder, 'pgdata'))).rejects.toThrow(
    /not empty and holds no database/,
  )
  expect(readdirSync(join(folder, 'pgdata'))).toEqual(['base'])
})
