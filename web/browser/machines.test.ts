import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFakeServer } from '../dev/fake-server.ts'
import type { Scenario } from '../dev/fake-world.ts'
import { buildApp, chromiumPath, openBrowser, openPage } from './open-browser.ts'

describe.skipIf(!chromiumPath)('machines', () => {
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
    const { page, faults } = await openPage(browser, server, { path: '/dashboard' })
    const close = async () => {
      await page.context().close()
      await server.close()
    }
    return { server, page, faults, [Symbol.asyncDispose]: close }
  }

  test('a machine is added by a command for its system, and the page says when it has joined', async () => {
    await using t = await visit('full')
    await t.page.getByRole('button', { name: 'Add machine' }).click()
    const sheet = t.page.getByRole('dialog', { name: 'Add a machine' })
    await sheet.getByText('K7QM-2X9D-4TBA-QZ3N', { exact: true }).waitFor()
    await sheet.getByText(/^(10:00|9:5\d) left$/).waitFor()
    const command = sheet.locator('code').filter({ hasText: 'agent pair' })
    await sheet.getByText('Linux').click()
    expect(await command.innerText()).toBe(
      'npm run --silent hearth -- agent pair https://192.0.2.2:8470 K7QM-2X9D-4TBA-QZ3N.q1Zk3vXo0mWc7TtP9sRfL2hYbUeN5dGjA8iKxCrVw4Q --run',
    )
    await sheet.getByText('Windows').click()
    expect(await command.innerText()).toMatch(/^node scripts\/hearth-launcher\.js agent pair /)
    await sheet.getByRole('button', { name: 'Copy the command' }).click()
    await sheet.getByText('Copied').waitFor()

    const [code] = t.server.world.pairing.codes
    Object.assign(code!, { triesLeft: 4 })
    await sheet.getByText('1 of 5 tries was wrong').waitFor()
    Object.assign(code!, { state: 'used', agent: { id: 9, name: 'Zoey’s laptop' } })
    t.server.emit('joining', { waiting: 0 })
    await sheet.getByText('“Zoey’s laptop” joined').waitFor()
    await sheet.getByRole('button', { name: 'Done' }).click()
    await sheet.waitFor({ state: 'detached' })
    expect(t.faults).toEqual([])
  })

  test('a code that was tried too often is said to be worthless, and another is one click away', async () => {
    await using t = await visit('full')
    await t.page.getByRole('button', { name: 'Add machine' }).click()
    const sheet = t.page.getByRole('dialog', { name: 'Add a machine' })
    await sheet.getByText('Waiting for the machine').waitFor()
    Object.assign(t.server.world.pairing.codes[0]!, { state: 'dead', triesLeft: 0 })
    await sheet.getByText('Worthless now').waitFor()
    await sheet.getByRole('button', { name: 'Make a new code' }).click()
    await sheet.getByText('Waiting for the machine').waitFor()
    expect(t.server.world.pairing.codes).toHaveLength(2)
  })

  test('a Hearth that only its own machine reaches says how to change that', async () => {
    await using t = await visit('full')
    t.server.world.pairing.urls = []
    await t.page.getByRole('button', { name: 'Add machine' }).click()
    await t.page.getByText('listens on this computer only').waitFor()
    expect(await t.page.getByRole('button', { name: 'Copy the command' }).count()).toBe(0)
  })

  test('a machine that asks is shown with its fingerprint, and let in', async () => {
    await using t = await visit('busy')
    const asking = t.page.getByRole('list', { name: 'Machines that want to join' })
    await asking.getByText('K7QM-2X9D-4TBA-QZ3N-0V5H-8RWE').waitFor()
    await asking.getByText('RTX 4080').waitFor()
    await asking.getByRole('button', { name: 'Let “attic” in' }).click()
    await asking.waitFor({ state: 'detached' })
    await t.page.getByRole('heading', { name: 'attic', exact: true }).waitFor()
  })

  test('a machine is renamed, and revoked only after a question', async () => {
    await using t = await visit('full')
    const names = () => t.server.world.agents.map(({ name }) => name)
    await t.page.getByRole('button', { name: 'More for workshop' }).click()
    await t.page.getByRole('menuitem', { name: 'Rename' }).click()
    await t.page.getByRole('textbox', { name: 'Name' }).fill('attic')
    await t.page.getByRole('button', { name: 'Rename', exact: true }).click()
    await t.page.getByRole('heading', { name: 'attic', exact: true }).waitFor()
    expect(names()).toEqual(['vault', 'attic'])

    const revoke = async () => {
      await t.page.getByRole('button', { name: 'More for attic' }).click()
      await t.page.getByRole('menuitem', { name: 'Revoke' }).click()
      return t.page.getByRole('dialog', { name: 'Revoke “attic”?' })
    }
    await (await revoke()).getByRole('button', { name: 'Keep it' }).click()
    expect(names()).toEqual(['vault', 'attic'])
    await (await revoke()).getByRole('button', { name: 'Revoke' }).click()
    await t.page.getByRole('heading', { name: 'attic', exact: true }).waitFor({ state: 'detached' })
    expect(names()).toEqual(['vault'])
  })

  test('a machine takes the place of another by a code of its own', async () => {
    await using t = await visit('full')
    await t.page.getByRole('button', { name: 'More for vault' }).click()
    await t.page.getByRole('menuitem', { name: 'Replace by another machine' }).click()
    await t.page.getByRole('dialog', { name: 'Replace “vault”' }).getByText('agent pair').waitFor()
    expect(t.server.world.pairing.codes).toMatchObject([{ agent: { id: 1, name: 'vault' } }])
  })

  test('somebody who may not steer is asked nothing', async () => {
    await using t = await visit('busy', 'user')
    await t.page.getByRole('heading', { name: 'Machines' }).waitFor()
    expect(await t.page.getByRole('button', { name: /Add machine|More for|Let / }).count()).toBe(0)
  })
})
