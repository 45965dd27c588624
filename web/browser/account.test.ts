import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFakeServer } from '../dev/fake-server.ts'
import { buildApp, chromiumPath, openBrowser, openPage } from './open-browser.ts'

describe.skipIf(!chromiumPath)('the account page', () => {
  let browser: Browser
  beforeAll(async () => {
    await buildApp()
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
  })

  test('a token is made, shown once, and revoked', async () => {
    const server = await startFakeServer({ scenario: 'full', signedIn: true })
    const { page, faults } = await openPage(browser, server)
    await page.getByRole('button', { name: /^Account of/ }).click()
    await page.getByRole('menuitem', { name: 'Account' }).click()
    await page.getByText('monitor in the hall').waitFor()

    await page.getByRole('button', { name: 'New token' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('laptop')
    await dialog.getByText('All that you may').click()
    await dialog.getByRole('button', { name: 'Make token' }).click()
    await page.getByText('You have a token “laptop” already').waitFor()
    await dialog.getByLabel('Name').fill('desk')
    await dialog.getByRole('button', { name: 'Make token' }).click()
    await dialog.getByText(/^hearth_/).waitFor()
    await dialog.getByRole('button', { name: 'Done' }).click()
    await dialog.waitFor({ state: 'detached' })
    expect(await page.getByText(/^hearth_/).count()).toBe(0)
    expect(server.world.tokens[0]).toMatchObject({ name: 'desk', scope: 'admin' })

    await page.getByRole('button', { name: 'Revoke desk' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
    await page.getByText('“desk” is refused from now on.').waitFor()
    expect(server.world.tokens.map(({ name }) => name)).not.toContain('desk')
    expect(faults).toEqual([])
    await page.context().close()
    await server.close()
  })

  test('a member is not offered what only an administrator may', async () => {
    const server = await startFakeServer({ scenario: 'full', signedIn: true, role: 'user' })
    const { page } = await openPage(browser, server, { path: '/account' })
    await page.getByRole('button', { name: 'New token' }).click()
    await page.getByText(/^It sees pictures/).waitFor()
    expect(await page.getByText('All that you may').count()).toBe(0)
    await page.context().close()
    await server.close()
  })
})
