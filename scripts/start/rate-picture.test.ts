import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { findText } from '../../agents/vault/sidecar/mapping/property.ts'
import { readXmpProperties } from '../../agents/vault/sidecar/xmp/xmp-properties.ts'
import { findProgram } from '../../config/test-environment.ts'
import { buildWeb } from '../build-web.ts'
import { generatePhotos } from '../fixtures/generate-photos.ts'
import { HearthRun } from './testing/hearth-run.ts'
import { treeState } from './testing/tree-state.ts'

const chromiumPath = findProgram('chromium')
const launchArgs = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking']
const base = mkdtempSync(join(tmpdir(), 'hearth-rate-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

test.skipIf(!chromiumPath)(
  'a key in the browser rates a picture: the stars are there after a reload, and in the sidecar on the disk',
  async () => {
    const photos = join(base, 'photos')
    await generatePhotos({ folder: photos, count: 3, widthPx: 900, heightPx: 600 })
    const pictures = Object.keys(treeState(photos)).filter((path) => path.endsWith('.jpg'))
    const before = pictures.map((path) => treeState(photos)[path])
    await buildWeb()
    const run = HearthRun.spawn([photos, '--data', join(base, 'data'), '--port', '0'])
    const browser = await chromium.launch({ executablePath: chromiumPath, args: launchArgs })
    try {
      const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
      const faults: string[] = []
      page.on('pageerror', (error) => faults.push(error.message))
      const url = await run.url()
      await page.goto(`${url}/setup#token=${await run.setupToken()}`)
      await page.getByLabel('Your name').fill('owner')
      await page.getByLabel('Password', { exact: true }).fill('a long password')
      await page.getByLabel('Password again').fill('a long password')
      await page.getByRole('button', { name: 'Create account' }).click()
      const tile = page.locator('a[data-index="0"]').first()
      await tile.waitFor({ timeout: 45_000 })
      const allowed = await page.request.patch(`${url}/api/libraries/1`, {
        headers: { origin: url },
        data: { writeBack: { mode: 'sidecar', quietMs: 0 } },
      })
      expect(allowed.status(), await allowed.text()).toBe(200)

      await tile.focus()
      await page.getByText('Keys change 1 picture').waitFor()
      await page.keyboard.press('4')
      await expect.poll(() => tile.getAttribute('aria-label')).toContain('4 stars')
      await expect.poll(() => ratingsOnDisk(photos), { timeout: 45_000 }).toEqual(['4'])
      await page.reload()
      await tile.waitFor()
      expect(await tile.getAttribute('aria-label')).toContain('4 stars')
      expect(pictures.map((path) => treeState(photos)[path])).toEqual(before)
      expect(faults).toEqual([])
    } finally {
      await browser.close()
      await run.stop()
    }
  },
  180_000,
)

/** Of every sidecar below a folder. */
function ratingsOnDisk(folder: string): (string | undefined)[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.xmp'))
    .map((name) => findText(readXmpProperties(readFileSync(join(folder, name))), 'xmp:Rating'))
}
