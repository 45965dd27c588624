import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openCage } from '../../cage/open-cage.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { findVideoTools, isTooOld } from './find-video-tools.ts'

test.each([
  ['5.1.9-0+deb12u1', false],
  ['n7.1', false],
  ['N-118000-g0a1b2c3', false],
  ['2026-03-01-git', false],
  ['4.1.11-0+deb10u1', true],
  ['n3.4', true],
])('ffmpeg %s is too old: %s', (version, expected) => {
  expect(isTooOld(version)).toBe(expected)
})

test.skipIf(process.platform === 'win32').each([
  ['with known holes', 'echo ffmpeg version 3.4.1 Copyright', /version 3\.4\.1 with known security holes/],
  ['that does not start', 'exit 3', /does not start/],
])('an ffmpeg %s is not used, and it is said why', async (_, behaviour, reason) => {
  await using folder = await temporaryFolder()
  const program = join(folder.path, 'ffmpeg')
  await writeFile(program, `#!/bin/sh\n${behaviour}\n`)
  await chmod(program, 0o755)
  const found = await findVideoTools({
    cage: await openCage(),
    ...{ ffmpegPath: program, ffprobePath: program, timeoutMs: 1_000, maxRssBytes: 1e9 },
  })
  expect(found).toMatchObject({ videoTools: null, videoToolsMissing: expect.stringMatching(reason) })
})
