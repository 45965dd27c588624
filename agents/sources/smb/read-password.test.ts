import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../vault/testing/temporary-folder.ts'
import { readPassword } from './read-password.ts'

async function write(folder: string, text: string, mode: number): Promise<string> {
  const path = join(folder, 'password')
  await writeFile(path, text)
  await chmod(path, mode)
  return path
}

test.each([
  ['secret\n', 'secret'],
  ['secret\r\n', 'secret'],
  ['  blanks count  ', '  blanks count  '],
  ['Grüße 🔑', 'Grüße 🔑'],
])('%j holds the password %j', async (text, password) => {
  await using folder = await temporaryFolder()
  expect(await readPassword(await write(folder.path, text, 0o600))).toBe(password)
})

test.skipIf(process.platform === 'win32')(
  'a file that others can read is refused, and is not quoted',
  async () => {
    await using folder = await temporaryFolder()
    for (const mode of [0o644, 0o640, 0o604]) {
      const read = readPassword(await write(folder.path, 'secret', mode))
      await expect(read).rejects.toMatchObject({ code: 'unauthenticated' })
      await expect(read).rejects.toThrow(/chmod 600/)
      await expect(read).rejects.not.toThrow(/secret/)
    }
  },
)

test('a file that is not there, or is no password, is said to be that', async () => {
  await using folder = await temporaryFolder()
  await expect(readPassword(join(folder.path, 'nothing'))).rejects.toThrow(/is it there/)
  await expect(readPassword(await write(folder.path, 'x'.repeat(5_000), 0o600))).rejects.toThrow(/too long/)
})
