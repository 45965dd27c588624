import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFakeServer } from '../dev/fake-server.ts'
import type { Scenario } from '../dev/fake-world.ts'
import { buildApp, chromiumPath, countNodes, openBrowser, openPage } from './open-browser.ts'

describe.skipIf(!chromiumPath)('the queue', () => {
  let browser: Browser
  beforeAll(async () => {
    await buildApp()
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
  })

  /** A server and a page of its own, both closed at the end of the test. */
  async function visit(scenario: Scenario, path: string, role: 'admin' | 'user' = 'admin') {
    const server = await startFakeServer({ scenario, signedIn: true, role })
    const { page } = await openPage(browser, server, { path })
    const close = async () => {
      await page.context().close()
      await server.close()
    }
    return { server, page, [Symbol.asyncDispose]: close }
  }

  test('a kind of work is paused and resumed, and says so', async () => {
    await using t = await visit('busy', '/dashboard')
    const ingest = t.page.getByRole('listitem').filter({ hasText: 'Read files and make previews' }).first()
    const isPaused = () => t.server.world.queue.kinds.find(({ kind }) => kind === 'file.ingest')?.paused
    await ingest.getByRole('button', { name: 'Pause: Read files and make previews' }).click()
    await ingest.getByText('What runs now is finished first.').waitFor()
    await expect.poll(isPaused).toBe(true)
    await ingest.getByRole('button', { name: 'Resume: Read files and make previews' }).click()
    await ingest.getByText('Working').waitFor()
    await expect.poll(isPaused).toBe(false)
  })

  test('a pause that the server refuses is taken back and explained', async () => {
    await using t = await visit('busy', '/dashboard')
    await t.page.route('**/api/jobs/kinds/**', (route) =>
      route.fulfill({ status: 503, json: { error: { code: 'unavailable', message: 'The disk is full.' } } }),
    )
    await t.page.getByRole('button', { name: 'Pause: Read files and make previews' }).click()
    await t.page.getByText('The disk is full.').waitFor()
    await t.page.getByRole('button', { name: 'Pause: Read files and make previews' }).waitFor()
  })

  test('how many run at once is limited, changed and set free', async () => {
    await using t = await visit('broken', '/dashboard')
    const limit = () => t.server.world.queue.kinds.find(({ kind }) => kind === 'file.ingest')?.maxRunning
    await t.page.getByRole('button', { name: 'Limit how many run at once: Read files' }).click()
    const field = t.page.getByRole('textbox', { name: 'At most at once: Read files' })
    await field.waitFor()
    await expect.poll(limit).toBe(4)
    await field.fill('12')
    await field.press('Enter')
    await expect.poll(limit).toBe(12)
    await t.page.getByRole('group', { name: 'At most at once: Read files' }).getByLabel('Fewer').click()
    await expect.poll(limit).toBe(11)
    await t.page.getByRole('button', { name: 'No limit: Read files' }).click()
    await expect.poll(limit).toBeNull()
  })

  test('the jobs of one reason are tried again and the others stay', async () => {
    await using t = await visit('broken', '/dashboard')
    const counts = () => t.server.world.queue.failures().map(({ code, count }) => `${code} ${count}`)
    expect(counts()).toEqual(['file_unreadable 3', 'timed_out 1', 'quarantined 1'])
    await t.page.getByRole('button', { name: 'Try all 3 again: The file could not be read' }).click()
    await t.page.getByText('3 jobs will be tried again.').waitFor()
    await t.page.getByRole('heading', { name: 'The file could not be read' }).waitFor({ state: 'detached' })
    expect(counts()).toEqual(['timed_out 1', 'quarantined 1'])
    await t.page.getByRole('button', { name: 'Try all 2 again', exact: true }).click()
    await t.page.getByText('None. Everything that was tried has worked.').waitFor()
    expect(counts()).toEqual([])
  })

  test('a failed job is reached from its reason, shows its history and is tried again', async () => {
    await using t = await visit('broken', '/dashboard')
    await t.page.getByRole('link', { name: '3 jobs: The file could not be read' }).click()
    await t.page.waitForURL('**/jobs?*code=file_unreadable*')
    const rows = t.page
      .locator('main')
      .getByRole('listitem')
      .filter({ hasText: 'The file could not be read.' })
    await expect.poll(() => rows.count()).toBe(3)
    const subject = await rows.first().getByRole('link').innerText()
    await rows.first().getByRole('link').click()

    const job = t.page.getByRole('dialog', { name: subject })
    await job.getByText('Given back by workshop').waitFor()
    await job.getByText('Nothing more was heard from vault').waitFor()
    await job.getByText('the disk answers slowly').first().waitFor()
    await job.getByRole('button', { name: 'Try again' }).click()
    await job.getByText('Asked to be tried again by anna').waitFor()
    await job.getByRole('button', { name: 'Cancel' }).click()
    await job.getByText('Cancelled by anna').waitFor()

    await t.page.keyboard.press('Escape')
    await job.waitFor({ state: 'detached' })
    expect(t.page.url()).toContain('code=file_unreadable')
    await expect.poll(() => rows.count()).toBe(2)
  })

  test('the concurrency of a machine goes from one to what it offers', async () => {
    await using t = await visit('broken', '/dashboard')
    const settings = () => t.server.world.agents[0]?.settings.concurrency
    const slots = t.page.getByRole('group', { name: 'Jobs at once: read files on vault' })
    const value = () => slots.getByRole('textbox').inputValue()
    expect(await value()).toBe('4')
    for (let at = 0; at < 3; at += 1) await slots.getByLabel('Fewer').click()
    await expect.poll(settings).toEqual({ ingest: 1 })
    // News of the change before may come after the answer to the last.
    await expect.poll(value).toBe('1')
    expect(await slots.getByLabel('Fewer').getAttribute('aria-disabled')).toBe('true')
    await slots.getByRole('textbox').press('ArrowDown')
    expect(await value()).toBe('1')
    await slots.getByRole('textbox').fill('99')
    await slots.getByRole('textbox').press('Enter')
    await expect.poll(settings).toEqual({ ingest: 4 })
  })

  test('a paused library says so on the dashboard and over the pictures', async () => {
    await using t = await visit('full', '/dashboard')
    await t.page.getByRole('button', { name: 'Pause: Photos' }).click()
    await t.page.getByText('Its files are not looked at until it is resumed.').waitFor()
    await t.page.getByRole('link', { name: 'Photos', exact: true }).first().click()
    await t.page.getByText('“Photos” is paused').waitFor()
    await t.page.getByRole('button', { name: 'Resume' }).click()
    await t.page.getByText('“Photos” is paused').waitFor({ state: 'detached' })
    expect(t.server.world.libraries[0]?.paused).toBe(false)
  })

  test('somebody who may not steer sees everything and no controls', async () => {
    await using t = await visit('busy', '/dashboard', 'user')
    await t.page.getByText('At most 4 run at once.').waitFor()
    await t.page.getByText('3 of 4 at once').waitFor()
    const names = await buttonNames(t.page)
    expect(names.filter((name) => /Pause|Resume|again|Limit|Fewer|More|Scan now/.test(name))).toEqual([])
  })

  test('running jobs move by themselves, asked for at most twice a second', async () => {
    await using t = await visit('scanning', '/jobs?state=leased')
    const first = t.page.locator('main').getByRole('listitem').first().getByRole('link')
    const before = await first.innerText()
    const asked: number[] = []
    t.page.on('request', (request) => {
      if (new URL(request.url()).pathname === '/api/jobs') asked.push(performance.now())
    })
    await expect.poll(() => first.innerText()).not.toBe(before)
    // Ten times as many events as usual are no reason to ask more often.
    for (let at = 0; at < 40; at += 1) {
      t.server.emit('jobs', { kinds: t.server.world.queue.kinds })
      await t.page.waitForTimeout(50)
    }
    const spanMs = (asked.at(-1) ?? 0) - (asked[0] ?? 0)
    expect(asked.length).toBeGreaterThan(2)
    expect(asked.length).toBeLessThanOrEqual(Math.floor(spanMs / 400) + 1)
  })

  test('100,000 waiting jobs cost one page, there and back', async () => {
    await using t = await visit('busy', '/jobs?state=queued')
    const rows = t.page.locator('main').getByRole('listitem')
    await expect.poll(() => rows.count()).toBe(50)
    const newest = await rows.first().getByRole('link').innerText()
    for (const number of [2, 3]) {
      await t.page.getByRole('button', { name: 'Older' }).click()
      await t.page.getByText(`Page ${number}`).waitFor()
      await expect.poll(() => rows.first().getByRole('link').innerText()).not.toBe(newest)
    }
    expect(await rows.count()).toBe(50)
    expect(await countNodes(t.page)).toBeLessThan(1_500)
    await t.page.getByRole('button', { name: 'Newer' }).click()
    await t.page.getByRole('button', { name: 'Newer' }).click()
    await expect.poll(() => rows.first().getByRole('link').innerText()).toBe(newest)
  })

  test('a job that was opened by keyboard gives the focus back to its row', async () => {
    await using t = await visit('full', '/jobs')
    const row = t.page.locator('main').getByRole('listitem').nth(3).getByRole('link')
    await row.focus()
    await row.press('Enter')
    const job = t.page.getByRole('dialog', { name: await row.innerText() })
    await job.getByText('What happened').waitFor()
    await t.page.keyboard.press('Escape')
    await job.waitFor({ state: 'detached' })
    await expect.poll(() => row.evaluate((link) => link === document.activeElement)).toBe(true)
  })

  test('a job that is no longer kept is told calmly', async () => {
    await using t = await visit('full', '/jobs/4400000')
    await t.page.getByText('Finished jobs are kept for a while only.').waitFor()
    await t.page.keyboard.press('Escape')
    await t.page.waitForURL('**/jobs')
  })
})

function buttonNames(page: Page): Promise<string[]> {
  return page
    .locator('main')
    .getByRole('button')
    .evaluateAll((buttons) => buttons.map((button) => button.ariaLabel ?? button.textContent ?? ''))
}
