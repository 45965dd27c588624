import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { findText } from '../../agents/vault/sidecar/mapping/property.ts'
import { readRegions } from '../../agents/vault/sidecar/mapping/regions.ts'
import { readXmpProperties, type XmpProperties } from '../../agents/vault/sidecar/xmp/xmp-properties.ts'
import { findProgram } from '../../config/test-environment.ts'
import { buildWeb } from '../build-web.ts'
import { generatePhotos } from '../fixtures/generate-photos.ts'
import { HearthRun } from './testing/hearth-run.ts'
import { prepareData } from './testing/prepare-data.ts'
import { treeState } from './testing/tree-state.ts'

const chromiumPath = findProgram('chromium')
const launchArgs = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking']
const base = mkdtempSync(join(tmpdir(), 'hearth-rate-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

test.skipIf(!chromiumPath)(
  'stars by a key and a box with a name, given in the browser, are there after a reload and in the sidecar on the disk',
  async () => {
    // Tried again, it begins from nothing.
    const folder = mkdtempSync(join(base, 'run-'))
    const photos = join(folder, 'photos')
    await generatePhotos({ folder: photos, count: 3, widthPx: 900, heightPx: 600 })
    const pictures = Object.keys(treeState(photos)).filter((path) => path.endsWith('.jpg'))
    const before = pictures.map((path) => treeState(photos)[path])
    await buildWeb()
    const run = HearthRun.spawn([photos, '--data', await prepareData(join(folder, 'data')), '--port', '0'])
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
      // The newest is the first: until all are there, that may become another one.
      await expect
        .poll(() => page.locator('a[data-index]').count(), { timeout: 45_000 })
        .toBe(pictures.length)
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
      await expect.poll(() => tile.getAttribute('aria-label')).toContain('4 stars')

      await tile.click()
      await page.getByRole('button', { name: 'Name people and things' }).click()
      const surface = (await page.getByRole('application', { name: /^People and things/ }).boundingBox())!
      await page.mouse.move(surface.x + surface.width * 0.25, surface.y + surface.height * 0.25)
      await page.mouse.down()
      await page.mouse.move(surface.x + surface.width * 0.5, surface.y + surface.height * 0.75, { steps: 5 })
      await page.mouse.up()
      await page.getByLabel('Who is it?').fill('Zoey')
      await page.keyboard.press('Enter')
      await expect
        .poll(() => peopleOnDisk(photos), { timeout: 45_000 })
        .toEqual(['person Zoey 0.25 0.25 0.25 0.5'])
      await page.reload()
      await page.getByRole('button', { name: 'Name people and things' }).click()
      await page.getByRole('button', { name: 'Zoey, person' }).waitFor()
      expect(pictures.map((path) => treeState(photos)[path])).toEqual(before)
      expect(faults).toEqual([])
    } finally {
      await browser.close()
      await run.stop()
    }
  },
  180_000,
)

function ratingsOnDisk(folder: string): (string | undefined)[] {
  return sidecarsIn(folder).map((sidecar) => findText(sidecar, 'xmp:Rating'))
}

/** Of the Metadata Working Group's regions and Microsoft's. */
function peopleOnDisk(folder: string): string[] {
  return sidecarsIn(folder).flatMap((sidecar) =>
    readRegions(sidecar).map(({ kind, name, box }) =>
      [kind, name, ...box.map((side) => Math.round(side * 100) / 100)].join(' '),
    ),
  )
}

function sidecarsIn(folder: string): XmpProperties[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.xmp'))
    .map((name) => readXmpProperties(readFileSync(join(folder, name))))
}
