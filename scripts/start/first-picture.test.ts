import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { findProgram } from '../../config/test-environment.ts'
import { buildWeb } from '../build-web.ts'
import { generatePhotos } from '../fixtures/generate-photos.ts'
import { HearthRun } from './testing/hearth-run.ts'

const chromiumPath = findProgram('chromium')
const launchArgs = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking']
const base = mkdtempSync(join(tmpdir(), 'hearth-first-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

test.skipIf(!chromiumPath)(
  'from an empty data folder through setup to an opened picture',
  async () => {
    const photos = join(base, 'photos')
    await generatePhotos({ folder: photos, count: 8, widthPx: 900, heightPx: 600 })
    await buildWeb()
    const run = HearthRun.spawn([photos, '--data', join(base, 'data'), '--port', '0'])
    const browser = await chromium.launch({ executablePath: chromiumPath, args: launchArgs })
    try {
      const link = `${await run.url()}/setup#token=${await run.setupToken()}`
      const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
      const faults: string[] = []
      page.on('pageerror', (error) => faults.push(error.message))
      // Until the pages are there, the server says so and the page loads itself again.
      await page.goto(link)
      await page.getByLabel('Your name').fill('owner')
      await page.getByLabel('Password', { exact: true }).fill('a long password')
      await page.getByLabel('Password again').fill('a long password')
      await page.getByRole('button', { name: 'Create account' }).click()

      const tiles = page.locator('a[data-index]')
      // As many as fit on the screen; the others are drawn when they are scrolled to.
      await expect.poll(() => tiles.count(), { timeout: 45_000 }).toBeGreaterThan(1)
      await tiles.first().click()
      const picture = page.getByRole('dialog').locator('img').first()
      await expect
        .poll(() => picture.evaluate((img) => (img as unknown as { naturalWidth: number }).naturalWidth), {
          timeout: 30_000,
        })
        .toBeGreaterThanOrEqual(512)
      await page.keyboard.press('i')
      await page.getByText('EXIF:DateTimeOriginal').first().waitFor()
      expect(faults).toEqual([])
    } finally {
      await browser.close()
      await run.stop()
    }
  },
  120_000,
)
