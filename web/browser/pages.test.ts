import AxeBuilder from '@axe-core/playwright'
import type { Browser, Page, Response } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FAKE_NAME, FAKE_PASSWORD, type FakeServer, startFakeServer } from '../dev/fake-server.ts'
import type { Scenario } from '../dev/fake-world.ts'
import { buildApp, chromiumPath, openBrowser, openPage } from './open-browser.ts'

type Visit = {
  name: string
  scenario: Scenario
  path: string
  ready: string
  act?: (page: Page) => Promise<void>
}
const visits: Visit[] = [
  { name: 'setup', scenario: 'setup', path: '/setup#token=right', ready: 'Light the hearth' },
  { name: 'timeline', scenario: 'full', path: '/', ready: 'May 2024' },
  {
    name: 'viewer with information',
    scenario: 'full',
    path: '/assets/2',
    ready: 'Information',
    act: async (page) => {
      await page.getByRole('dialog').waitFor()
      await page.keyboard.press('i')
    },
  },
  { name: 'account', scenario: 'full', path: '/account', ready: 'monitor in the hall' },
  { name: 'dashboard', scenario: 'full', path: '/dashboard', ready: 'Add machine' },
  { name: 'empty', scenario: 'empty', path: '/', ready: 'Where do your photos live?' },
  { name: 'broken timeline', scenario: 'broken', path: '/', ready: '“Photos” waits for you' },
  { name: 'broken dashboard', scenario: 'broken', path: '/dashboard', ready: 'The file could not be read' },
  { name: 'busy dashboard', scenario: 'busy', path: '/dashboard', ready: '100,000' },
  { name: 'sleeping machines', scenario: 'asleep', path: '/dashboard', ready: 'Does not wake' },
  {
    name: 'how a machine is woken',
    scenario: 'asleep',
    path: '/dashboard',
    ready: 'Wakes so far',
    act: async (page) => {
      await page.getByRole('button', { name: 'Sleep and wake: laptop' }).click()
      await page.getByText('How it is called').click()
    },
  },
  {
    name: 'pictures that are selected',
    scenario: 'full',
    path: '/',
    ready: '2 pictures selected',
    act: async (page) => {
      await page
        .locator('a[data-index="1"]')
        .first()
        .click({ modifiers: ['Control'] })
      await page
        .locator('a[data-index="2"]')
        .first()
        .click({ modifiers: ['Control'] })
    },
  },
  {
    name: 'a comparison',
    scenario: 'full',
    path: '/assets/9',
    ready: 'the first one',
    act: async (page) => {
      await page.locator('[data-side="older"]').waitFor({ state: 'attached' })
      await page.locator('[aria-pressed][title^="After each mark"]').waitFor()
      await page.keyboard.press('c')
    },
  },
  { name: 'search results', scenario: 'full', path: '/search?q=boats&minRating=4', ready: 'These are all.' },
  { name: 'an empty search', scenario: 'full', path: '/search', ready: 'What are you looking for?' },
  {
    name: 'a search nobody can answer',
    scenario: 'broken',
    path: '/search?q=boats',
    ready: 'Nobody can answer',
  },
  { name: 'similar pictures', scenario: 'full', path: '/similar/2', ready: 'Pictures like this one' },
  {
    name: 'what was found in a picture',
    scenario: 'full',
    path: '/assets/2',
    ready: '4 things',
    act: async (page) => {
      await page.getByRole('button', { name: 'What was found in the picture' }).click()
      await page.getByRole('list', { name: 'Found in the picture' }).getByRole('button').first().click()
      await page.getByRole('button', { name: 'Wrong' }).waitFor()
    },
  },
  {
    name: 'outlining',
    scenario: 'full',
    path: '/assets/2',
    ready: 'Keep as',
    act: async (page) => {
      await page.getByRole('button', { name: 'Outline something' }).click()
      await page.getByRole('application').click()
    },
  },
  { name: 'understanding', scenario: 'full', path: '/understanding', ready: 'CLIP ViT-B/32' },
  {
    name: 'understanding without models',
    scenario: 'no-agent',
    path: '/understanding',
    ready: 'No model for this',
  },
  { name: 'broken understanding', scenario: 'broken', path: '/understanding', ready: 'Broken' },
  { name: 'write-backs', scenario: 'broken', path: '/write-backs', ready: 'Entered in Hearth' },
  {
    name: 'no write-backs',
    scenario: 'full',
    path: '/write-backs?state=failed',
    ready: 'None is in this state: not written.',
  },
  {
    name: 'what a library writes',
    scenario: 'full',
    path: '/dashboard',
    ready: 'Another folder for sidecars',
    act: async (page) => {
      await page.getByRole('button', { name: 'Sidecars of Photos' }).click()
      await page.getByLabel('What people enter').selectOption('sidecar')
    },
  },
  { name: 'jobs', scenario: 'busy', path: '/jobs', ready: 'Page 1' },
  { name: 'failed jobs', scenario: 'broken', path: '/jobs?state=dead', ready: 'It took too long.' },
  { name: 'no jobs', scenario: 'empty', path: '/jobs', ready: 'No work has been asked for yet.' },
  { name: 'a failed job', scenario: 'broken', path: '/jobs/45', ready: 'Did not work on vault' },
  { name: 'a running job', scenario: 'busy', path: '/jobs/1300?state=leased', ready: 'Runs on vault' },
]

describe.skipIf(!chromiumPath)('every page', () => {
  let browser: Browser
  const servers = new Map<string, FakeServer>()
  const serverOf = async (scenario: Scenario, signedIn: boolean) => {
    const key = `${scenario} ${signedIn}`
    const server = servers.get(key) ?? (await startFakeServer({ scenario, signedIn }))
    servers.set(key, server)
    return server
  }

  beforeAll(async () => {
    await buildApp()
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    for (const server of servers.values()) await server.close()
  })

  /** One load for all that is looked at: pages are dear, and their colours and width follow the browser's. */
  test.each(visits)(
    '$name has no serious accessibility fault, light or dark, and fits a phone',
    async ({ scenario, path, ready, act }) => {
      const server = await serverOf(scenario, scenario !== 'setup')
      const { page, faults } = await openPage(browser, server, { path, scheme: 'light' })
      await act?.(page)
      await page.getByText(ready).filter({ visible: true }).first().waitFor()
      expect(await seriousFaults(page)).toEqual([])
      await page.emulateMedia({ colorScheme: 'dark' })
      expect(await seriousFaults(page, ['color-contrast'])).toEqual([])
      await page.setViewportSize({ width: 390, height: 844 })
      await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
      expect(faults).toEqual([])
      await page.context().close()
    },
  )

  test('the first administrator is made from the link and lands in an empty library', async () => {
    await using server = await startFakeServer({ scenario: 'setup' })
    const { page } = await openPage(browser, server, { path: '/setup#token=right' })
    await page.getByLabel('Your name').fill('anna')
    await page.getByLabel('Password', { exact: true }).fill('short')
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.getByText('The password must have at least 10 characters').waitFor()
    await page.getByLabel('Password', { exact: true }).fill(FAKE_PASSWORD)
    await page.getByLabel('Password again').fill(FAKE_PASSWORD)
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.getByText('Where do your photos live?').waitFor()
    await page.getByRole('button', { name: 'Add and scan' }).click()
    await page.getByText('Reading your pictures').waitFor()
    await page.context().close()
  })

  test('an expired session leads to the sign-in page and back to the same picture', async () => {
    const server = await serverOf('full', false)
    const { page } = await openPage(browser, server, { path: '/assets/3' })
    await page.waitForURL('**/login?from=*')
    await page.getByLabel('Name').fill(FAKE_NAME)
    await page.getByLabel('Password', { exact: true }).fill('not the one')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('The name or the password is wrong').waitFor()
    await page.getByLabel('Password', { exact: true }).fill(FAKE_PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL('**/assets/3')
    await page.getByRole('dialog').waitFor()
    server.expireSessions()
    await page.waitForURL('**/login?from=*')
    await page.context().close()
  })

  test('a lost connection is said and mended', async () => {
    const first = await startFakeServer({ scenario: 'full', signedIn: true })
    const { page } = await openPage(browser, first, { path: '/dashboard' })
    await page.getByText('Live', { exact: true }).waitFor()
    const port = Number(new URL(first.url).port)
    await first.close()
    await page.getByText('Reconnecting…').first().waitFor()
    await using again = await startFakeServer({ scenario: 'full', signedIn: true, port })
    await page.getByText('Live', { exact: true }).waitFor()
    expect(again.url).toBe(first.url)
    await page.context().close()
  })

  test('a held scan is accepted only after a question', async () => {
    await using server = await startFakeServer({ scenario: 'broken', signedIn: true })
    const { page } = await openPage(browser, server)
    await page.getByRole('button', { name: 'They are really gone…' }).click()
    expect(server.world.libraries[0]?.state).toBe('held')
    await page.getByRole('button', { name: 'Accept and scan' }).click()
    await page.getByText('“Photos” waits for you').waitFor({ state: 'detached' })
    expect(server.world.libraries[0]?.state).toBe('online')
    await page.context().close()
  })

  test('the first page costs less than 300 kB on the wire', async () => {
    const server = await serverOf('full', true)
    const context = await browser.newContext()
    const page = await context.newPage()
    const sources: Response[] = []
    page.on('response', (response) => {
      if (/\.(js|css|html)$|\/$/.test(new URL(response.url()).pathname)) sources.push(response)
    })
    await page.goto(server.url)
    await page.locator('a[data-index]').first().waitFor()
    // Those that have come by now: parts fetched ahead for other pages may still be on their way.
    const sizes = await Promise.all(sources.map(async (source) => gzippedSize(await source.body())))
    const bytes = sizes.reduce((sum, size) => sum + size, 0)
    expect(bytes).toBeGreaterThan(50_000)
    expect(bytes).toBeLessThan(300_000)
    await context.close()
  })
})

/** @param rules only these; without, all of them */
async function seriousFaults(page: Page, rules?: string[]): Promise<string[]> {
  // What fades in has other colours on its way.
  await page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState !== 'running'))
  // Without frames in the page nothing is lost, and no second page has to be opened for each look.
  const axe = new AxeBuilder({ page }).setLegacyMode(true)
  const { violations } = await (rules ? axe.withRules(rules) : axe).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
}

async function gzippedSize(bytes: Buffer): Promise<number> {
  const { gzipSync } = await import('node:zlib')
  return gzipSync(bytes).length
}
