import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FakeServer, startFakeServer } from '../dev/fake-server.ts'
import { buildApp, chromiumPath, countNodes, openBrowser, openPage } from './open-browser.ts'

describe.skipIf(!chromiumPath)('search', () => {
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

  /** Of results, which are a named part of the page; those of the timeline are not in it. */
  const tiles = (page: Page) => page.getByRole('region', { name: /^Pictures/ }).locator('a[data-index]')

  test('begins with a slash, and results are walked through in their own order', async () => {
    const { page, faults } = await openPage(browser, server)
    await page.locator('a[data-index]').first().waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('boats')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/search?q=boats')
    await tiles(page).nth(2).waitFor()
    const ids = await tiles(page).evaluateAll((links) =>
      links.slice(0, 3).map((link) => link.getAttribute('href')),
    )
    await tiles(page).first().click()
    await page.waitForURL(`**/search/${ids[0]?.split('/').at(-1)}?q=boats`)
    for (const next of ids.slice(1)) {
      await page.getByRole('button', { name: 'Next result' }).waitFor({ state: 'attached' })
      await page.keyboard.press('ArrowRight')
      await page.waitForURL(`**/search/${next?.split('/').at(-1)}?q=boats`)
    }
    await page.keyboard.press('Escape')
    await page.waitForURL('**/search?q=boats')
    await page.waitForFunction((href) => document.activeElement?.getAttribute('href') === href, ids[2])
    expect(faults).toEqual([])
    await page.context().close()
  })

  test('words that name a thing lead to the pictures in which it was found', async () => {
    const { page, faults } = await openPage(browser, server, { path: '/search?q=all trucks' })
    await page.getByRole('link', { name: 'truck' }).click()
    await page.waitForURL('**/search?thing=truck')
    await page.getByRole('region', { name: 'Pictures with truck' }).locator('a[data-index]').first().waitFor()
    await page.getByRole('button', { name: 'With truck: take this filter away' }).click()
    await page.getByText('What are you looking for?').waitFor()
    expect(faults).toEqual([])
    await page.context().close()
  })

  test('a word of the detector that nothing goes by yet is no filter', async () => {
    const { page } = await openPage(browser, server, { path: '/search?q=zebras and boats' })
    await page.getByRole('link', { name: 'boat' }).waitFor()
    expect(await page.getByRole('link', { name: 'zebra' }).count()).toBe(0)
    await page.context().close()
  })

  test('what else is asked for stays a question', async () => {
    const { page } = await openPage(browser, server, { path: '/search?q=Zoey in the snow' })
    await page.getByRole('link', { name: 'Zoey', exact: true }).click()
    await page.getByRole('button', { name: 'With Zoey: take this filter away' }).waitFor()
    const { searchParams } = new URL(page.url())
    expect(Object.fromEntries(searchParams)).toEqual({ thing: 'Zoey', q: 'in the snow' })
    await page.context().close()
  })

  test('is narrowed by chips, which the address keeps', async () => {
    const { page } = await openPage(browser, server, { path: '/search?q=boats' })
    await tiles(page).first().waitFor()
    await page.getByLabel('Stars', { exact: true }).selectOption('4')
    await page.waitForURL('**/search?q=boats&minRating=4')
    await page.getByText('These are all.').waitFor()
    await page.reload()
    await page.getByText('These are all.').waitFor()
    expect(await page.getByLabel('Stars', { exact: true }).inputValue()).toBe('4')
    await page.getByRole('button', { name: 'Favourites' }).click()
    await page.getByText('Nothing found').waitFor()
    await page.getByRole('link', { name: 'Search without the filters' }).click()
    await page.waitForURL('**/search?q=boats')
    await tiles(page).first().waitFor()
    await page.context().close()
  })

  test('loads more while one scrolls, and draws only what is near the screen', async () => {
    const { page } = await openPage(browser, server, { path: '/search?q=boats' })
    await tiles(page).first().waitFor()
    const scroller = page.getByRole('region', { name: 'Pictures for “boats”' }).locator('> div').first()
    for (let step = 0; step < 40 && (await page.getByText('These are all.').count()) === 0; step += 1) {
      await scroller.evaluate((element) => element.scrollBy(0, 2_000))
      await page.evaluate(() => new Promise(requestAnimationFrame))
      expect(await countNodes(page)).toBeLessThan(900)
    }
    await page.getByText('These are all.').waitFor()
    const last = await tiles(page).last().getAttribute('data-index')
    expect(Number(last)).toBeGreaterThan(240)
    await page.context().close()
  })

  test('marks a result where it stands, and the selection knows', async () => {
    const { page } = await openPage(browser, server, { path: '/search?q=boats' })
    await tiles(page).first().waitFor()
    const first = tiles(page).first()
    await first.click({ modifiers: ['Control'] })
    await page.getByText('1 picture selected').waitFor()
    await page.keyboard.press('3')
    await expect.poll(() => first.getAttribute('aria-label')).toContain('3 stars')
    await expect
      .poll(() => page.getByRole('button', { name: '3 stars: 1 picture' }).getAttribute('aria-pressed'))
      .toBe('true')
    await page.context().close()
  })

  test('offers the words of a model that knows only some', async () => {
    const { page } = await openPage(browser, server, { path: '/search?q=puppy' })
    await page.getByRole('link', { name: 'golden retriever' }).click()
    await page.waitForURL('**/search?q=golden*retriever')
    await page.context().close()
  })

  test('says which model answers, and for how long, while another has not looked at all', async () => {
    const { page } = await openPage(browser, server, { path: '/search?q=snow' })
    await page.getByText('“CLIP ViT-B/32” answers').waitFor()
    await page.getByText('1,204 of 50,000 pictures so far').waitFor()
    await page.goto(`${new URL(page.url()).origin}/search?q=rain`)
    await page.getByText('Only what “SigLIP base” has looked at can be found').waitFor()
    await page.context().close()
  })

  test('says who is woken to answer, and shows the pictures when it has come', async () => {
    const { page } = await openPage(browser, server, { path: '/search?q=night' })
    await page.getByText('“desk” is being woken to answer.').waitFor()
    await tiles(page).first().waitFor()
    expect(await page.getByText('Waking a machine').count()).toBe(0)
    await page.context().close()
  })

  test('says what to do where nobody can answer, and looks in texts instead', async () => {
    await using without = await startFakeServer({ scenario: 'broken', signedIn: true })
    const { page } = await openPage(browser, without, { path: '/search?q=boats' })
    await page.getByText('hearth models pull clip-vit-b-32').waitFor()
    await page.getByRole('link', { name: 'Look in names and texts' }).click()
    await page.waitForURL('**/search?text=boats')
    await tiles(page).first().waitFor()
    await page.context().close()
  })

  test('pictures like one are a key away, and lead back to it', async () => {
    const { page } = await openPage(browser, server, { path: '/assets/2' })
    await page.getByRole('button', { name: 'Pictures like this one' }).waitFor()
    await page.keyboard.press('s')
    await page.waitForURL('**/similar/2')
    await tiles(page).first().click()
    await page.waitForURL('**/similar/2/*')
    await page.getByRole('button', { name: 'Back to the results' }).click()
    await page.waitForURL('**/similar/2')
    await page.getByRole('link', { name: 'Back to the picture' }).click()
    await page.waitForURL('**/assets/2')
    await page.context().close()
  })
})
