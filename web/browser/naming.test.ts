import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FakeServer, startFakeServer } from '../dev/fake-server.ts'
import { buildApp, chromiumPath, openBrowser, openPage } from './open-browser.ts'

describe.skipIf(!chromiumPath)('naming people and things', () => {
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

  const regionsOf = (id: number) => server.world.library.detail(id)?.curation.values.regions ?? []
  const surfaceOf = (page: Page) => page.getByRole('application', { name: /People and things/ })

  /** From and to in shares of the picture. */
  async function dragOver(page: Page, from: [number, number], to: [number, number]) {
    const box = (await surfaceOf(page).boundingBox())!
    const at = ([x, y]: [number, number]) => [box.x + x * box.width, box.y + y * box.height] as const
    await page.mouse.move(...at(from))
    await page.mouse.down()
    await page.mouse.move(...at(to), { steps: 4 })
    await page.mouse.up()
  }

  test('a box drawn by hand is named, moved, pulled, renamed and taken away', async () => {
    const { page, faults } = await openPage(browser, server, { path: '/assets/2' })
    await page.getByRole('button', { name: 'Name people and things' }).click()
    await dragOver(page, [0.2, 0.2], [0.4, 0.5])
    await page.getByLabel('Who is it?').fill('Zoey')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Zoey, person' }).waitFor()
    expect(regionsOf(2)).toMatchObject([{ kind: 'person', name: 'Zoey' }])
    expect(regionsOf(2)[0]?.box.map((side) => Math.round(side * 100) / 100)).toEqual([0.2, 0.2, 0.2, 0.3])

    await page.getByRole('button', { name: 'Zoey, person' }).click()
    await dragOver(page, [0.3, 0.3], [0.4, 0.4])
    await dragOver(page, [0.5, 0.6], [0.6, 0.7])
    await page.getByRole('button', { name: 'Thing', exact: true }).click()
    await page.getByLabel('What is it?').fill('Kite')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Kite, thing' }).waitFor()
    expect(regionsOf(2)).toMatchObject([{ kind: 'object', name: 'Kite' }])
    expect(regionsOf(2)[0]?.box.map((side) => Math.round(side * 100) / 100)).toEqual([0.3, 0.3, 0.3, 0.4])

    await page.getByRole('button', { name: 'Kite, thing' }).click()
    await page.getByRole('button', { name: 'Take Kite away' }).click()
    await expect.poll(() => regionsOf(2)).toEqual([])
    await page.keyboard.press('Control+z')
    await expect.poll(() => regionsOf(2)).toHaveLength(1)
    expect(faults).toEqual([])
    await page.context().close()
  })

  test('the keyboard alone does it too, and Escape leaves the box, then the mode, then the picture', async () => {
    const { page } = await openPage(browser, server, { path: '/assets/3' })
    await page.getByRole('button', { name: 'Older picture' }).waitFor({ state: 'attached' })
    await page.getByRole('button', { name: 'Name people and things' }).waitFor()
    await page.keyboard.press('n')
    await surfaceOf(page).waitFor()
    await page.keyboard.press('Enter')
    await page.getByLabel('Who is it?').waitFor()
    await surfaceOf(page).focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Shift+ArrowUp')
    await page.getByLabel('Who is it?').fill('Ada')
    await page.keyboard.press('Enter')
    await expect.poll(() => regionsOf(3)).toHaveLength(1)
    expect(regionsOf(3)[0]?.box.map((side) => Math.round(side * 100) / 100)).toEqual([0.42, 0.39, 0.2, 0.22])
    await page.getByRole('button', { name: 'Ada, person' }).press('Enter')
    await page.getByLabel('Who is it?').press('Escape')
    expect(regionsOf(3)).toHaveLength(1)
    await page.keyboard.press('Escape')
    await surfaceOf(page).waitFor({ state: 'detached' })
    await page.keyboard.press('Escape')
    await page.waitForURL((url) => !url.pathname.startsWith('/assets/'))
    await page.context().close()
  })

  test('what the server refuses stays typed', async () => {
    const { page } = await openPage(browser, server, { path: '/assets/4' })
    await page.getByRole('button', { name: 'Name people and things' }).click()
    await dragOver(page, [0.6, 0.2], [0.8, 0.5])
    server.world.curation.refuseNext = 'This library rests at the moment.'
    await page.getByLabel('Who is it?').fill('Zoey')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('This library rests at the moment.').waitFor()
    expect(await page.getByLabel('Who is it?').inputValue()).toBe('Zoey')
    expect(regionsOf(4)).toEqual([])
    await page.context().close()
  })

  test('to outline something is to stop naming: one of them has the pointer', async () => {
    const { page } = await openPage(browser, server, { path: '/assets/5' })
    await page.getByRole('button', { name: 'Name people and things' }).click()
    await surfaceOf(page).waitFor()
    await page.getByRole('button', { name: 'Outline something' }).click()
    await surfaceOf(page).waitFor({ state: 'detached' })
    await page.getByRole('application', { name: /^Point at something/ }).waitFor()
    await page.context().close()
  })
})
