import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { WorkFolder } from './work-folder.ts'

test('the folder of a killed agent is removed by the next one, that of a running one stays', async () => {
  const first = await WorkFolder.create()
  const parent = dirname(first.path)
  // Above every process id that Linux gives out.
  const abandoned = join(parent, 'hearth-vault-99999999-abcdef')
  await mkdir(abandoned)
  await writeFile(join(abandoned, 'preview.jpg'), 'x')

  const second = await WorkFolder.create()

  const names = await readdir(parent)
  expect(names).not.toContain('hearth-vault-99999999-abcdef')
  expect((await stat(first.path)).mode & 0o777).toBe(0o700)
  await Promise.all([first.remove(), second.remove()])
})

test('a file whose name no program takes is read under another one, which is gone afterwards', async () => {
  const folder = await WorkFolder.create()
  const path = join(folder.path, 'a\n-execute\n.jpg')
  await writeFile(path, 'content')
  const seen = await folder.withSafeName(path, async (name) => {
    expect(name).toMatch(/^[\w/.-]+\.jpg$/)
    return (await stat(name)).size
  })
  expect(seen).toBe(7)
  expect(await readdir(folder.path)).toHaveLength(1)
  await folder.remove()
})
