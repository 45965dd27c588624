import { execFileSync } from 'node:child_process'
import { mkdir, rename, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { openCage } from '../cage/open-cage.ts'
import { OriginalsServer } from './bytes/originals-server.ts'
import { runningVault } from './testing/running-vault.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'
import { writeJpeg } from './testing/write-picture.ts'

// A cage knows folders by what lay there when it was made.

test('a folder that was put in the place of a library is read, tags and all', async () => {
  await using folder = await temporaryFolder()
  const [root, next] = [join(folder.path, 'photos'), join(folder.path, 'next')]
  await mkdir(root)
  await mkdir(next)
  await writeJpeg(root, 'a.jpg')
  const bytes = await writeJpeg(next, 'b.jpg')
  await using running = await runningVault(root)
  const originals = new OriginalsServer({ cage: await openCage(), roots: [root] })
  const part = (path: string, length: number) => ({ root, path, sizeBytes: length, start: 0, end: 0 })
  try {
    // Both readers, so that both are older than what comes.
    for (const result of await Promise.all([running.ingest('a.jpg'), running.ingest('a.jpg')])) {
      expect(result).toMatchObject({ problem: null, metadata: expect.anything() })
    }
    await expect(originals.open(part('b.jpg', 1))).rejects.toMatchObject({ code: 'file_missing' })

    await rename(root, join(folder.path, 'old'))
    await rename(next, root)
    for (const result of await Promise.all([running.ingest('b.jpg'), running.ingest('b.jpg')])) {
      expect(result).toMatchObject({ problem: null, metadata: expect.anything() })
    }
    expect(await buffer(await originals.open(part('b.jpg', bytes.length)))).toHaveLength(1)
    await expect(running.ingest('a.jpg')).rejects.toMatchObject({ code: 'file_missing' })
  } finally {
    await originals.stop()
  }
})

test('a library that is reached through a link beside its allowed folder is read', async () => {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, 'real/2024'), { recursive: true })
  await symlink(join(folder.path, 'real'), join(folder.path, 'link'))
  await writeJpeg(join(folder.path, 'real/2024'), 'a.jpg')
  await using running = await runningVault(join(folder.path, 'link'))
  for (const root of ['link', 'link/2024', 'real', 'real/2024']) {
    const path = root.endsWith('2024') ? 'a.jpg' : '2024/a.jpg'
    const result = await running.ingest(path, join(folder.path, root))
    expect(result, root).toMatchObject({ problem: null, metadata: expect.anything() })
  }
})

test.skipIf(process.getuid?.() !== 0)(
  'what is mounted over a library or inside it after its first file is read',
  async () => {
    await using folder = await temporaryFolder()
    await writeJpeg(folder.path, 'a.jpg')
    await using running = await runningVault(folder.path)
    await running.ingest('a.jpg')
    await mkdir(join(folder.path, 'mount'))
    execFileSync('mount', ['-t', 'tmpfs', 'none', join(folder.path, 'mount')])
    try {
      await writeJpeg(join(folder.path, 'mount'), 'b.jpg')
      expect(await running.ingest('mount/b.jpg')).toMatchObject({ problem: null })
      // Now the root itself lies on something that came later.
      execFileSync('mount', ['-t', 'tmpfs', 'none', folder.path])
      try {
        await writeJpeg(folder.path, 'c.jpg')
        const result = await running.ingest('c.jpg')
        expect(result).toMatchObject({ problem: null, metadata: expect.anything() })
      } finally {
        execFileSync('umount', [folder.path])
      }
    } finally {
      execFileSync('umount', [join(folder.path, 'mount')])
    }
  },
)
