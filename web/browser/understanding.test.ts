import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFakeServer } from '../dev/fake-server.ts'
import { buildApp, chromiumPath, openBrowser, openPage } from './open-browser.ts'

describe.skipIf(!chromiumPath)('understanding', () => {
  let browser: Browser

  beforeAll(async () => {
    await buildApp()
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())

  test('everything is looked at again only after a question with the number', async () => {
    await using server = await startFakeServer({ scenario: 'full', signedIn: true })
    const { page, faults } = await openPage(browser, server, { path: '/understanding' })
    const total = server.world.tasks[0]?.total.toLocaleString('en')
    const things = page.locator('section', {
      has: page.getByRole('heading', { name: 'Things', exact: true }),
    })
    await things.getByText(`All ${total} looked through.`).waitFor()
    expect(await things.getByRole('button', { name: 'Only missing' }).isDisabled()).toBe(true)
    await things.getByRole('button', { name: 'All again…' }).click()
    await page.getByRole('button', { name: 'Leave it' }).click()
    expect(server.world.tasks[0]?.open).toBe(0)
    await things.getByRole('button', { name: 'All again…' }).click()
    await page.getByRole('button', { name: `Look at all ${total}` }).click()
    await things.getByText(`0 of ${total} looked through, more is queued.`).waitFor()
    expect(faults).toEqual([])
    await page.context().close()
  })

  test('another model is chosen after a question, and the page follows the server', async () => {
    await using server = await startFakeServer({ scenario: 'full', signedIn: true })
    const { page } = await openPage(browser, server, { path: '/understanding' })
    await page.getByText('about 3 h left').waitFor()
    const meaning = page.locator('section', { has: page.getByRole('heading', { name: 'Meaning' }) })
    await meaning.getByLabel('Model in use').selectOption({ label: 'MobileNet V2 (ImageNet)' })
    await page.getByRole('button', { name: 'Use it' }).click()
    await meaning.getByText('answers only words of its own list').waitFor()
    const [embed] = server.world.tasks.filter(({ task }) => task === 'embed')
    expect(embed?.inUse).toContain('mobilenet-v2@')
    server.emit('models', {
      tasks: server.world.tasks.map((task) => ({ ...task, done: 7, open: 3, etaSeconds: 30 })),
    })
    await meaning.getByText('under a minute left').waitFor()
    await page.context().close()
  })

  test('a member sees all of it and changes nothing; the dashboard tells it in a line', async () => {
    await using server = await startFakeServer({ scenario: 'broken', signedIn: true, role: 'user' })
    const { page } = await openPage(browser, server, { path: '/understanding' })
    await page.getByText('hearth models verify clip-vit-b-32').first().waitFor()
    expect(await page.getByRole('button', { name: /missing|again/ }).count()).toBe(0)
    expect(await page.getByLabel('Model in use').count()).toBe(0)
    await page.goto(`${server.url}/dashboard`)
    await page.getByText('CLIP ViT-B/32 (broken)').waitFor()
    await page.getByText('Its self-test gave 0, 0 instead of').waitFor()
    await page.context().close()
  })
})
