import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../vault/testing/temporary-folder.ts'
import { replaceFile } from './replace-file.ts'

test('a file takes the place of the one before as a whole, and its folder is made', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'inner', 'a.json')
  await replaceFile(path, 'one\n')
  await replaceFile(path, 'two\n')
  expect(await readFile(path, 'utf8')).toBe('two\n')
  expect(await readdir(join(folder.path, 'inner'))).toEqual(['a.json'])
})

test('one that cannot take its place leaves nothing behind', async () => {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, 'a.json', 'in the way'), { recursive: true })
  await expect(replaceFile(join(folder.path, 'a.json'), 'one\n')).rejects.toThrow()
  expect(await readdir(folder.path)).toEqual(['a.json'])
})
