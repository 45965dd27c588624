import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FakeServer, startFakeServer } from '../dev/fake-server.ts'
import { buildApp, chromiumPath, openBrowser, openPage } from './open-browser.ts'

describe.skipIf(!chromiumPath)('the viewer', () => {
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

  const idOf = (url: string) => Number(url.split('/').at(-1))

  test('opens from the timeline, walks by keys and goes back to where it was', async () => {
    const { page, faults } = await openPage(browser, server)
    await page.locator('a[data-index]').first().focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/assets/2')
    await page.getByRole('dialog').waitFor()
    await page.waitForFunction(() =>
      [...document.images].some((image) => image.currentSrc.includes('/preview') && image.complete),
    )
    await page.getByRole('button', { name: 'Older picture' }).waitFor({ state: 'attached' })
    await page.keyboard.press('ArrowRight')
    await page.waitForURL('**/assets/3')
    await page.getByRole('button', { name: 'Newer picture' }).waitFor({ state: 'attached' })
    await page.keyboard.press('ArrowLeft')
    await page.waitForURL('**/assets/2')
    await page.keyboard.press('Escape')
    await page.waitForURL(`${server.url}/`)
    await page.waitForFunction(() => document.activeElement?.getAttribute('href') === '/assets/2')
    expect(faults).toEqual([])
    await page.context().close()
  })

  test('walks across the border of a month, also when it was opened by its address', async () => {
    const [newest, second] = server.world.library.timeline()
    const last = server.world.library.tiles(newest?.bucket ?? '', (newest?.count ?? 1) - 1, 1)?.[0]
    const next = server.world.library.tiles(second?.bucket ?? '', 0, 1)?.[0]
    const { page } = await openPage(browser, server, { path: `/assets/${last?.id}` })
    await page.getByRole('button', { name: 'Older picture' }).waitFor({ state: 'attached' })
    await page.keyboard.press('ArrowRight')
    await page.waitForURL(`**/assets/${next?.id}`)
    await page.keyboard.press('Escape')
    await page.waitForURL(`${server.url}/`)
    await page.context().close()
  })

  test('tells files, roles and metadata with their source', async () => {
    const raw = server.world.library
      .timeline()
      .flatMap(({ bucket }) => server.world.library.tiles(bucket, 0, 60) ?? [])
    const asset = raw.find(({ hasRaw }) => hasRaw)
    const { page } = await openPage(browser, server, { path: `/assets/${asset?.id}` })
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('i')
    const panel = page.getByRole('complementary', { name: 'Information' })
    await panel.getByText('Canon EOS R6').first().waitFor()
    for (const role of ['original', 'cover', 'sidecar'])
      expect(await panel.getByText(role, { exact: true }).count()).toBeGreaterThan(0)
    await panel.getByText(`IMG_${asset?.id}.CR3`).last().click()
    await panel.getByRole('searchbox').first().fill('fnumber')
    expect(await panel.locator('details[open]').getByText('EXIF:FNumber').count()).toBeGreaterThan(0)
    expect(await panel.locator('details[open]').getByText('EXIF:Make', { exact: true }).count()).toBe(0)
    await page.keyboard.press('Escape')
    await page.context().close()
  })

  test('zooms with keys and wheel and then asks for the original', async () => {
    const tiles = server.world.library.tiles(server.world.library.timeline()[0]?.bucket ?? '', 0, 58) ?? []
    const plain = tiles.find((tile) => tile.kind === 'image' && !tile.hasRaw && tile.state === 'ready')
    const { page } = await openPage(browser, server, { path: `/assets/${plain?.id}` })
    let isOriginalAsked = false
    page.on('request', (request) => {
      isOriginalAsked ||= request.url().includes('/original')
    })
    await page.getByRole('dialog').getByRole('img').first().waitFor()
    const zoomIn = async () => {
      await page.keyboard.press('+')
      return isOriginalAsked
    }
    await expect.poll(zoomIn, { timeout: 20_000 }).toBe(true)
    const box = () => page.locator('[class*="picture"]').first().boundingBox()
    const zoomed = await box()
    await page.keyboard.press('z')
    await page.waitForTimeout(50)
    expect((await box())?.width).toBeLessThan(zoomed?.width ?? 0)
    expect(idOf(page.url())).toBe(plain?.id)
    await page.context().close()
  })

  test('a damaged file is explained and can be downloaded', async () => {
    const problem = server.world.problems.find(({ problem }) => problem.code === 'empty')
    const { page } = await openPage(browser, server, { path: `/assets/${problem?.assetId}` })
    await page.getByRole('heading', { name: 'The file is empty' }).waitFor()
    expect(await page.getByText(problem?.problem.message ?? '').count()).toBe(1)
    expect(await page.getByRole('link', { name: 'Download it as it is' }).getAttribute('href')).toContain(
      '/original',
    )
    await page.context().close()
  })

  test('on a phone a swipe leads to the neighbour', async () => {
    const { page } = await openPage(browser, server, { path: '/assets/2', isPhone: true })
    await page.getByRole('dialog').getByRole('img').first().waitFor()
    // Side buttons are for a mouse; here their presence only tells that the neighbours are known.
    await page.locator('[data-side="older"]').waitFor({ state: 'attached' })
    const touch = await page.context().newCDPSession(page)
    const send = (type: string, x?: number) =>
      touch.send('Input.dispatchTouchEvent', {
        type: type as 'touchStart',
        touchPoints: x === undefined ? [] : [{ x, y: 400 }],
      })
    await send('touchStart', 300)
    for (const x of [260, 200, 140]) await send('touchMove', x)
    await send('touchEnd')
    await page.waitForURL('**/assets/3')
    await page.context().close()
  })
})
