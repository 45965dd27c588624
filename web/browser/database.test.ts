import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fakeDatabase } from '../dev/fake-database.ts'
import { startFakeServer } from '../dev/fake-server.ts'
import type { Scenario } from '../dev/fake-world.ts'
import { buildApp, chromiumPath, openBrowser, openPage } from './open-browser.ts'

/** The panel asks again every ten seconds. */
const NEXT_LOOK_MS = 45_000

describe.skipIf(!chromiumPath)('the panel about the database', () => {
  let browser: Browser
  beforeAll(async () => {
    await buildApp()
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
  })

  async function visit(scenario: Scenario, role: 'admin' | 'user' = 'admin') {
    const server = await startFakeServer({ scenario, signedIn: true, role })
    const { page } = await openPage(browser, server, { path: '/dashboard' })
    const headings = () => page.getByRole('heading', { level: 2 }).allTextContents()
    const close = async () => {
      await page.context().close()
      await server.close()
    }
    return { server, page, headings, [Symbol.asyncDispose]: close }
  }

  test('a database that is well is a sentence and numbers, below what is going on', async () => {
    await using t = await visit('full')
    await t.page.getByRole('heading', { name: 'The database is well: backed up and checked' }).waitFor()
    await t.page.getByText('Embedded database · version 18.3').waitFor()
    await t.page.getByText('7 h ago, 61.0 MB').waitFor()
    expect((await t.headings()).indexOf('Database')).toBeGreaterThan(0)
  })

  test('one that needs somebody comes first, with what to do in the order of urgency', async () => {
    await using t = await visit('broken')
    const advice = t.page.getByRole('list', { name: 'What to do about the database' }).getByRole('listitem')
    await advice.first().waitFor()
    expect(await advice.allTextContents()).toEqual([
      expect.stringContaining('The last backup is of 2026-11-18'),
      expect.stringContaining('3,100 MB left'),
      expect.stringContaining('hearth database move'),
    ])
    expect((await t.headings())[0]).toBe('Database')
  })

  test('one that goes away is said to be away, and is shown again when it is back', async () => {
    await using t = await visit('full')
    await t.page.getByText('7 h ago, 61.0 MB').waitFor()
    t.server.world.database = 'away'
    await t.page.getByText('The database does not answer at the moment').waitFor({ timeout: NEXT_LOOK_MS })
    await t.page.getByText('Away', { exact: true }).waitFor()
    await expect.poll(async () => (await t.headings())[0]).toBe('Database')
    t.server.world.database = fakeDatabase('well', 1)
    await t.page.getByText('7 h ago, 61.0 MB').waitFor({ timeout: NEXT_LOOK_MS })
  }, 120_000)

  test('whoever sets Hearth up on the embedded database reads when to move', async () => {
    await using server = await startFakeServer({ scenario: 'setup' })
    const { page } = await openPage(browser, server, { path: '/setup#token=right' })
    await page.getByText('move to a Postgres server with “hearth database move”').waitFor()
    await page.context().close()
  })

  test('only administrators have it', async () => {
    await using t = await visit('damaged', 'user')
    await t.page.getByRole('heading', { name: 'Machines' }).waitFor()
    expect(await t.headings()).not.toContain('Database')
  })
})
