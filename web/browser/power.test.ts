import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFakeServer } from '../dev/fake-server.ts'
import { buildApp, chromiumPath, openBrowser, openPage } from './open-browser.ts'

describe.skipIf(!chromiumPath)('how machines sleep and wake', () => {
  let browser: Browser
  beforeAll(async () => {
    await buildApp()
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
  })

  async function visit(role: 'admin' | 'user' = 'admin') {
    const server = await startFakeServer({ scenario: 'asleep', signedIn: true, role })
    const { page, faults } = await openPage(browser, server, { path: '/dashboard' })
    const card = (name: string) =>
      page.getByRole('listitem').filter({ has: page.getByRole('heading', { name, exact: true }) })
    const close = async () => {
      await page.context().close()
      await server.close()
      expect(faults).toEqual([])
    }
    return { server, page, card, [Symbol.asyncDispose]: close }
  }

  test('a machine says how it is, and one that sleeps is woken with a click', async () => {
    await using t = await visit()
    await t.card('vault').getByText('Takes no more for now: somebody uses this machine.').waitFor()
    await t
      .card('workshop')
      .getByText(/^Called 3 times in \d+ s\. It is usually back in 41 s\.$/)
      .waitFor()
    await t
      .card('studio')
      .getByText(/^Asleep since/)
      .waitFor()
    await t.page.getByRole('button', { name: 'Wake: studio', exact: true }).click()
    await t.card('studio').getByText('Waking up').waitFor()
    expect(t.server.world.agents.find(({ name }) => name === 'studio')?.state).toBe('waking')
    expect(await t.page.getByRole('button', { name: 'Wake: vault', exact: true }).count()).toBe(0)
  })

  test('a test that failed comes with what usually helps, and can be tried again', async () => {
    await using t = await visit()
    await t.page.getByRole('button', { name: 'Sleep and wake: laptop' }).click()
    const sheet = t.page.getByRole('dialog', { name: 'laptop: sleep and wake' })
    await sheet.getByText('The last time it did not come back: 24 calls').waitFor()
    await sheet.getByText('Its firmware must allow it').waitFor()
    await sheet.getByText('came back').first().waitFor()
    await sheet.getByRole('button', { name: 'Test: wake it now' }).click()
    await sheet.getByText('Waking up').waitFor()
  })

  test('a policy is changed, and what cannot be meant is said beside its field', async () => {
    await using t = await visit()
    await t.page.getByRole('button', { name: 'Sleep and wake: studio' }).click()
    const sheet = t.page.getByRole('dialog', { name: 'studio: sleep and wake' })
    const id = t.server.world.agents.find(({ name }) => name === 'studio')!.id
    await sheet.getByLabel('From so many waiting jobs on').fill('0')
    await sheet.getByRole('button', { name: 'Save' }).click()
    await sheet.getByText('A whole number from 1 to 1000000').waitFor()
    expect(t.server.world.wakePolicies.get(id)).toBeUndefined()
    await sheet.getByLabel('From so many waiting jobs on').fill('100')
    await sheet.getByRole('button', { name: /^No quiet hours from 22:00/ }).click()
    await sheet.getByText('How it is called').click()
    await sheet.getByLabel('MAC address').fill('00-11-22-AA-BB-CC')
    await sheet.getByLabel('Called by').selectOption('vault')
    await sheet.getByRole('button', { name: 'Save' }).click()
    await expect
      .poll(() => t.server.world.wakePolicies.get(id))
      .toMatchObject({ threshold: 100, quietHours: [], macAddresses: ['00-11-22-AA-BB-CC'], relay: 1 })
    await t.page.getByText('Saved.').waitFor()
  })

  test('who is no administrator sees how machines are and changes nothing', async () => {
    await using t = await visit('user')
    await t
      .card('studio')
      .getByText(/^Asleep since/)
      .waitFor()
    expect(await t.page.getByRole('button', { name: /^(Wake|Sleep and wake|Pause): / }).count()).toBe(0)
  })
})
