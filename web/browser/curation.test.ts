import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type FakeServer, startFakeServer } from '../dev/fake-server.ts'
import { buildApp, chromiumPath, openBrowser, openPage } from './open-browser.ts'

describe.skipIf(!chromiumPath)('judging pictures', () => {
  let browser: Browser
  let server: FakeServer
  let page: Page

  beforeAll(async () => {
    await buildApp()
    browser = await openBrowser()
    server = await startFakeServer({ scenario: 'full', signedIn: true })
  })
  afterEach(async () => {
    server.world.curation.hold = Promise.resolve()
    await page.context().close()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  const open = async (path = '/', isPhone = false) => {
    const opened = await openPage(browser, server, { path, isPhone })
    page = opened.page
    return opened
  }
  const tile = (index: number) => page.locator(`a[data-section="0"][data-index="${index}"]`)
  const label = (index: number) => tile(index).getAttribute('aria-label')
  const said = (id: number) => server.world.library.detail(id)?.curation.values

  test('a key changes all that is selected, says how many, and can be taken back', async () => {
    const { faults } = await open()
    await tile(9).click({ modifiers: ['Control'] })
    await tile(12).click({ modifiers: ['Shift'] })
    await page.getByText('4 pictures selected').waitFor()
    await page.keyboard.press('2')
    for (const index of [9, 10, 11, 12]) await expect.poll(() => label(index)).toContain('2 stars')
    expect(await label(13)).not.toContain('2 stars')
    await expect.poll(() => said(10)?.rating).toBe(2)
    await page.keyboard.press('Control+z')
    await expect.poll(() => label(9)).not.toContain('2 stars')
    await page.keyboard.press('Control+Shift+z')
    await expect.poll(() => label(12)).toContain('2 stars')
    await page.keyboard.press('Escape')
    await page.getByText('4 pictures selected').waitFor({ state: 'detached' })
    expect(faults).toEqual([])
  })

  test('a mark is on screen before the server has answered, and goes again when it says no', async () => {
    await open()
    let answer = () => {}
    server.world.curation.hold = new Promise<void>((resolve) => {
      answer = resolve
    })
    server.world.curation.refuseNext = 'This library rests at the moment.'
    await tile(14).focus()
    await page.getByText('Keys change 1 picture').waitFor()
    await page.keyboard.press('x')
    await expect.poll(() => label(14)).toContain('rejected')
    expect(said(15)?.rating).not.toBe(-1)
    answer()
    await page.getByText('This library rests at the moment.').waitFor()
    await expect.poll(() => label(14)).not.toContain('rejected')
  })

  test('the viewer goes on to the next picture after each mark, when that is wanted', async () => {
    await open('/assets/20')
    await page.getByRole('button', { name: 'Older picture' }).waitFor({ state: 'attached' })
    await page.getByRole('button', { name: 'Go on' }).waitFor()
    await page.keyboard.press('3')
    await expect.poll(() => said(20)?.rating).toBe(3)
    expect(page.url()).toContain('/assets/20')
    await page.keyboard.press('a')
    await page.keyboard.press('5')
    await page.waitForURL('**/assets/21')
    await page.keyboard.press('8')
    await page.waitForURL('**/assets/22')
    await expect.poll(() => said(21)?.label).toBe('Green')
    expect(said(20)?.rating).toBe(5)
  })

  test('a key that comes before its picture is known is kept for it', async () => {
    await open('/assets/30')
    await page.route(/\/api\/assets\/3[2-9]$/, async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 700))
      await route.continue()
    })
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.keyboard.press('2')
    await page.waitForURL('**/assets/31')
    await page.keyboard.press('4')
    await page.waitForURL('**/assets/32')
    await page.keyboard.press('9')
    await page.waitForURL('**/assets/33')
    await expect.poll(() => said(32)?.label).toBe('Blue')
    expect(said(31)?.rating).toBe(4)
    expect(said(33)?.label).not.toBe('Blue')
  })

  test('keys mean nothing while somebody types', async () => {
    await open()
    await tile(16).click({ modifiers: ['Control'] })
    await page.getByRole('button', { name: 'Keywords' }).click()
    await page.getByLabel('Add').fill('Places/Italy/Rome')
    await page.getByLabel('Add').press('Enter')
    await page.getByLabel('Add').pressSequentially('5xf')
    await page.getByLabel('Add').press('Enter')
    await page.getByRole('button', { name: 'Change 1 picture' }).click()
    await expect.poll(() => said(17)?.keywords).toEqual([['Places', 'Italy', 'Rome'], ['5xf']])
    expect(said(17)?.favourite).toBe(false)
    expect(said(17)?.rating).not.toBe(5)
  })

  test('of two pictures side by side, keys change the one with the frame', async () => {
    await open()
    await tile(24).click({ modifiers: ['Control'] })
    await tile(25).click({ modifiers: ['Control'] })
    await page.keyboard.press('c')
    const dialog = page.getByRole('dialog', { name: 'Compare two pictures' })
    await dialog.getByText('the first one').waitFor()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('x')
    await expect.poll(() => said(26)?.rating).toBe(-1)
    expect(said(25)?.rating).not.toBe(-1)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await page.getByText('2 pictures selected').waitFor()
  })

  test('a click on a day selects it, a second one lets it go', async () => {
    await open()
    const day = page.locator('button[data-day]').first()
    await day.click()
    await page.getByText(/\d+ pictures selected/).waitFor()
    await day.click()
    await page.getByText(/\d+ pictures selected/).waitFor({ state: 'detached' })
  })

  test('on a phone a finger that rests on a picture selects it, and the next tap another', async () => {
    await open('/', true)
    await tile(1).waitFor()
    const touch = await page.context().newCDPSession(page)
    const box = (await tile(1).boundingBox())!
    const at = { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2) }
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [at] })
    await page.getByText('1 picture selected').waitFor()
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    await tile(2).tap()
    await page.getByText('2 pictures selected').waitFor()
    expect(new URL(page.url()).pathname).toBe('/')
  })
})
