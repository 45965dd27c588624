import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FakeServer, startFakeServer } from '../dev/fake-server.ts'
import { buildApp, chromiumPath, countNodes, openBrowser, openPage } from './open-browser.ts'

describe.skipIf(!chromiumPath)('the timeline of a million assets', () => {
  let browser: Browser
  let server: FakeServer

  beforeAll(async () => {
    await buildApp()
    browser = await openBrowser()
    server = await startFakeServer({ scenario: 'million', signedIn: true })
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  const scroller = '[class*="scroller"]'
  const heading = (page: Awaited<ReturnType<typeof openPage>>['page']) =>
    page.evaluate(() => {
      const box = document.querySelector('[class*="scroller"]')?.getBoundingClientRect()
      const at = document.elementsFromPoint((box?.left ?? 0) + 40, (box?.top ?? 0) + 60)
      return at
        .find((element) => element.closest('section'))
        ?.closest('section')
        ?.querySelector('h2')?.textContent
    })

  test('scrolls with fewer than 600 elements', async () => {
    const { page, faults } = await openPage(browser, server)
    await page.locator('a[data-index]').first().waitFor()
    expect(server.world.library.size).toBeGreaterThanOrEqual(1_000_000)
    let most = 0
    for (let step = 0; step < 30; step += 1) {
      await page.locator(scroller).evaluate((element, px) => element.scrollBy(0, px), 400 + step * 900)
      await page.waitForTimeout(25)
      most = Math.max(most, await countNodes(page))
    }
    await page.waitForFunction(() => document.querySelectorAll('a[data-index] img').length > 0)
    most = Math.max(most, await countNodes(page))
    expect(most).toBeLessThan(600)
    expect(faults).toEqual([])
    await page.context().close()
  })

  test('jumps to a date and loads it', async () => {
    const { page } = await openPage(browser, server)
    await page.locator('a[data-index]').first().waitFor()
    const track = await page.getByRole('slider', { name: 'Date' }).boundingBox()
    if (!track) throw new Error('The scrubber is not on the page')
    await page.mouse.click(track.x + track.width / 2, track.y + track.height * 0.7)
    await page.locator('a[data-index] img').first().waitFor()
    const shown = await heading(page)
    expect(shown).toMatch(/^(December 2015|January 2016|February 2016)$/)
    expect(await page.getByRole('slider', { name: 'Date' }).getAttribute('aria-valuetext')).toBe(shown)
    await page.context().close()
  })

  test('months whose real height differs from the estimate do not move what is on screen', async () => {
    const { page } = await openPage(browser, server)
    const slider = page.getByRole('slider', { name: 'Date' })
    await page.locator('a[data-index]').first().waitFor()
    await slider.focus()
    for (let at = 0; at < 5; at += 1) await page.keyboard.press('PageDown')
    await page.locator('a[data-index] img').first().waitFor()
    // Upwards into months that were never loaded: their heights are corrected above the screen.
    for (let step = 0; step < 25; step += 1) {
      const before = await page.evaluate(() => {
        const scroller = document.querySelector('[class*="scroller"]')
        const tile = [...document.querySelectorAll<HTMLElement>('a[data-index]')].find((element) => {
          const box = element.getBoundingClientRect()
          return box.top > 250 && box.top < 600
        })
        return {
          href: tile?.getAttribute('href'),
          top: tile?.getBoundingClientRect().top,
          at: scroller?.scrollTop,
        }
      })
      await page.locator(scroller).evaluate((element) => element.scrollBy(0, -120))
      await page.waitForTimeout(60)
      const top = await page
        .locator(`a[href="${before.href}"]`)
        .first()
        .evaluate((element) => element.getBoundingClientRect().top)
      expect(Math.abs(top - ((before.top ?? 0) + 120))).toBeLessThanOrEqual(1)
    }
    await page.context().close()
  })

  test('the end can be reached and is the oldest month', async () => {
    const { page } = await openPage(browser, server)
    await page.locator('a[data-index]').first().waitFor()
    await page.locator('a[data-index]').first().focus()
    await page.keyboard.press('End')
    await page.waitForFunction(() => document.activeElement?.getAttribute('data-section') === '143')
    const oldest = server.world.library.timeline().at(-1)
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-index'))).toBe(
      String((oldest?.count ?? 0) - 1),
    )
    await page.keyboard.press('Home')
    await page.waitForFunction(() => document.activeElement?.getAttribute('data-section') === '0')
    expect(await page.locator(scroller).evaluate((element) => element.scrollTop)).toBe(0)
    await page.context().close()
  })
})
