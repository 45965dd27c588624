import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FakeServer, startFakeServer } from '../dev/fake-server.ts'
import { buildApp, chromiumPath, openBrowser, openPage } from './open-browser.ts'

describe.skipIf(!chromiumPath)('what is in a picture', () => {
  let browser: Browser
  let server: FakeServer

  beforeAll(async () => {
    await buildApp()
    browser = await openBrowser()
    server = await startFakeServer({ scenario: 'full', signedIn: true })
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  const found = (page: Page) => page.getByRole('list', { name: 'Found in the picture' })
  const ofAsset = (id: number) => server.world.detections.list(id)

  test('is shown by O, stays shown, and is judged with the keyboard alone', async () => {
    const { page, faults } = await openPage(browser, server, { path: '/assets/2' })
    const older = page.getByRole('button', { name: 'Older picture' })
    await older.waitFor({ state: 'attached' })
    await page.getByRole('button', { name: 'What was found in the picture' }).waitFor()
    expect(await found(page).count()).toBe(0)
    await page.keyboard.press('o')
    const proposed = ofAsset(2).find(({ review, mask }) => review === 'proposed' && mask)
    const chip = found(page).getByRole('button', { name: new RegExp(`^${proposed?.label}.*Found by`, 'i') })
    await chip.first().focus()
    await page.keyboard.press('Enter')
    const reject = page.getByRole('button', { name: 'Wrong' })
    await reject.focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => ofAsset(2).filter(({ review }) => review === 'rejected').length).toBe(1)
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => ofAsset(2).filter(({ review }) => review === 'rejected').length).toBe(0)
    await page.keyboard.press('ArrowRight')
    await page.waitForURL('**/assets/3')
    await found(page).getByRole('button').first().waitFor()
    await page.keyboard.press('o')
    await expect.poll(() => found(page).count()).toBe(0)
    expect(faults).toEqual([])
    await page.context().close()
  })

  test('gets another name, and what the server refuses is as it was', async () => {
    const { page } = await openPage(browser, server, { path: '/assets/4' })
    await page.getByRole('button', { name: 'What was found in the picture' }).click()
    const face = found(page).getByRole('button', { name: 'Face without a name' })
    await face.click()
    await page.getByLabel('Who is it?').fill('Zoey')
    await page.getByRole('button', { name: 'Save' }).click()
    const named = found(page).getByRole('button', { name: /^Zoey.*Confirmed by a person$/ })
    await named.waitFor()
    expect(ofAsset(4).map(({ label }) => label)).toContain('Zoey')
    server.world.detections.refuseNext = 'Somebody has changed it meanwhile.'
    await named.click()
    await page.getByRole('button', { name: 'Wrong' }).click()
    await page.getByText('Somebody has changed it meanwhile.').waitFor()
    await named.waitFor()
    await page.context().close()
  })

  test('is offered the words of the detector, also those of which nothing was found; a face is not', async () => {
    const { page } = await openPage(browser, server, { path: '/assets/4' })
    await page.getByRole('button', { name: 'What was found in the picture' }).click()
    const offered = () =>
      page.locator('datalist option').evaluateAll((all) => all.map((option) => option.getAttribute('value')))
    const thing = ofAsset(4).find(({ kind, review }) => kind === 'object' && review === 'proposed')
    await found(page)
      .getByRole('button', { name: new RegExp(`^${thing?.label}`, 'i') })
      .first()
      .click()
    await expect
      .poll(offered)
      .toEqual([...['boat', 'car', 'dog', 'person', 'truck', 'Zoey'], ...['bicycle', 'zebra']])
    await page.keyboard.press('Escape')
    const face = ofAsset(4).find(({ kind }) => kind === 'face')
    const name = face?.label === 'face' ? 'Face without a name' : new RegExp(`^${face?.label}`)
    await found(page).getByRole('button', { name }).first().click()
    await expect.poll(offered).toEqual(['boat', 'car', 'dog', 'person', 'truck', 'Zoey'])
    await page.context().close()
  })

  test('lies where it is in the picture at every zoom, and never takes its drag', async () => {
    const { page } = await openPage(browser, server, { path: '/assets/2' })
    await page.getByRole('button', { name: 'What was found in the picture' }).click()
    await found(page).getByRole('button').first().waitFor()
    const isOnPicture = () =>
      page.evaluate(() => {
        const image = [...document.querySelectorAll('img')].find((known) => known.src.includes('/preview'))
        const [a, b] = [image, document.querySelector('[data-overlays] svg')].map((e) =>
          e?.getBoundingClientRect(),
        )
        if (!a || !b) return false
        return Math.abs(a.left - b.left) < 1 && Math.abs(a.width - b.width) < 1 && Math.abs(a.top - b.top) < 1
      })
    expect(await isOnPicture()).toBe(true)
    const chipHeight = async () => (await found(page).getByRole('button').first().boundingBox())?.height ?? 0
    const before = await chipHeight()
    await page.mouse.move(720, 450)
    await page.mouse.wheel(0, -600)
    await page.getByRole('button', { name: 'Fit on the screen' }).waitFor()
    expect(await isOnPicture()).toBe(true)
    expect(Math.abs((await chipHeight()) - before)).toBeLessThan(1)
    const leftOf = () =>
      page.evaluate(() => document.querySelector('[data-overlays] svg')?.getBoundingClientRect().left ?? 0)
    const start = await leftOf()
    await page.mouse.down()
    await page.mouse.move(660, 450, { steps: 4 })
    await page.mouse.up()
    expect(Math.round((await leftOf()) - start)).toBe(-60)
    await page.context().close()
  })

  test('is outlined by pointing, made clearer, kept under a name, and Escape leaves', async () => {
    const { page, faults } = await openPage(browser, server, { path: '/assets/2' })
    const surface = page.getByRole('application')
    let letGo = () => {}
    server.world.detections.hold = new Promise<void>((resolve) => {
      letGo = resolve
    })
    await page.getByRole('button', { name: 'Outline something' }).waitFor()
    await page.keyboard.press('m')
    const area = await surface.boundingBox()
    if (!area) throw new Error('There is nothing to point at')
    const at = (x: number, y: number) => ({ x: area.width * x, y: area.height * y })
    await surface.click({ position: at(0.4, 0.5) })
    await page.getByText('Looking…').waitFor()
    letGo()
    await page.getByText('More clicks make it clearer.').waitFor()
    await surface.click({ position: at(0.2, 0.9), button: 'right' })
    await expect
      .poll(() => server.world.detections.prompts.at(-1)?.points.map(({ inside }) => inside))
      .toEqual([true, false])
    await page.getByLabel('Keep as').fill('lighthouse')
    await page.getByRole('button', { name: 'Keep', exact: true }).click()
    await expect.poll(() => ofAsset(2).at(-1)).toMatchObject({ label: 'lighthouse', review: 'drawn' })
    expect(ofAsset(2).at(-1)?.mask).not.toBeNull()

    await page.mouse.move(area.x + area.width * 0.1, area.y + area.height * 0.2)
    await page.mouse.down()
    await page.mouse.move(area.x + area.width * 0.5, area.y + area.height * 0.8, { steps: 4 })
    await page.mouse.up()
    await expect
      .poll(() => server.world.detections.prompts.at(-1)?.box?.map((share) => Math.round(share * 100) / 100))
      .toEqual([0.1, 0.2, 0.4, 0.6])
    await page.keyboard.press('Escape')
    await surface.waitFor({ state: 'detached' })
    expect(page.url()).toContain('/assets/2')
    await found(page).getByRole('button', { name: 'Lighthouse. Drawn by a person' }).waitFor()
    expect(faults).toEqual([])
    await page.context().close()
  })

  test('is pointed at with keys, and says in a sentence why nobody answers', async () => {
    server.world.detections.isDeaf = true
    const { page } = await openPage(browser, server, { path: '/assets/3' })
    await page.getByRole('button', { name: 'Outline something' }).waitFor()
    await page.keyboard.press('m')
    await page.getByRole('application').waitFor()
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', 'Enter']) await page.keyboard.press(key)
    await page.getByText('run `hearth models pull mobile-sam`').waitFor()
    const [point] = server.world.detections.prompts.at(-1)?.points ?? []
    expect(point?.at.map((share) => Math.round(share * 100))).toEqual([52, 52])
    server.world.detections.isDeaf = false
    await page.context().close()
  })

  test('says who is woken to outline it, and shows the outline when it has come', async () => {
    server.world.detections.asleepFor = 1
    const { page, faults } = await openPage(browser, server, { path: '/assets/3' })
    await page.getByRole('button', { name: 'Outline something' }).waitFor()
    await page.keyboard.press('m')
    await page.getByRole('application').waitFor()
    await page.keyboard.press('Enter')
    await page
      .getByText('“desk” is being woken to answer. The outline comes by itself, usually within a minute.')
      .waitFor()
    await page.getByText('More clicks make it clearer.').waitFor()
    expect(faults).toEqual([])
    await page.context().close()
  })
})
