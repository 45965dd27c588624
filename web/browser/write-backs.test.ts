import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type FakeServer, startFakeServer } from '../dev/fake-server.ts'
import { buildApp, chromiumPath, openBrowser, openPage } from './open-browser.ts'

describe.skipIf(!chromiumPath)('the way to the sidecars', () => {
  let browser: Browser
  let server: FakeServer
  let page: Page

  beforeAll(async () => {
    await buildApp()
    browser = await openBrowser()
  })
  beforeEach(async () => {
    server = await startFakeServer({ scenario: 'broken', signedIn: true })
  })
  afterEach(async () => {
    await page.context().close()
    await server.close()
  })
  afterAll(async () => {
    await browser?.close()
  })

  const open = async (path: string) => {
    const opened = await openPage(browser, server, { path })
    page = opened.page
  }
  const stateOf = (id: number) => server.world.curation.writeBacks.find((one) => one.id === id)?.state

  test('a conflict is decided only when a side is chosen for each field', async () => {
    await open('/write-backs?state=conflict')
    const decide = page.getByRole('button', { name: 'Use what I chose' })
    await decide.waitFor()
    expect(await decide.isDisabled()).toBe(true)
    await page.getByText('2 stars').click()
    await page.getByText('The pier at dusk').click()
    expect(await decide.isDisabled()).toBe(true)
    await page.getByText('Oslo, sea, evening').click()
    await decide.click()
    await expect
      .poll(() => server.world.curation.lastDecision)
      .toEqual({
        conflictVersion: '12-a1b2c3',
        choice: 'mine',
        fields: { rating: 'theirs', title: 'mine', keywords: 'theirs' },
      })
    await page.getByText('None is in this state: conflict.').waitFor()
  })

  test('what waits for approval is let out in one go, and what failed is tried again', async () => {
    await open('/write-backs')
    await page.getByRole('button', { name: 'Let all be written: 2 pictures' }).click()
    await expect.poll(() => [stateOf(5), stateOf(6)]).toEqual(['pending', 'pending'])
    await page.getByText('line 14 ends in the middle of an attribute').waitFor()
    await page.getByRole('button', { name: 'Try again: IMG_8' }).click()
    await expect.poll(() => stateOf(8)).toBe('pending')
    expect(stateOf(7)).toBe('failed')
  })

  test('a text that the server refuses stays in its field', async () => {
    await open('/assets/2')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('i')
    await page.getByRole('button', { name: 'Add: Title' }).click()
    await page.getByLabel('Title', { exact: true }).fill('5 boats, X marks one')
    server.world.curation.refuseNext = 'Somebody has edited it meanwhile; look at it again'
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Somebody has edited it meanwhile').waitFor()
    expect(await page.getByLabel('Title', { exact: true }).inputValue()).toBe('5 boats, X marks one')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('entered by anna').waitFor()
    expect(server.world.library.detail(2)?.curation.values).toMatchObject({
      title: '5 boats, X marks one',
      label: null,
    })
    await page.getByRole('button', { name: 'Take back: Title' }).click()
    await page.getByRole('button', { name: 'Add: Title' }).waitFor()
  })

  test('a library says what its settings do to files before they are saved', async () => {
    await open('/dashboard')
    await page.getByRole('button', { name: 'Sidecars of Photos' }).click()
    await page.getByText('No file is written anywhere.').waitFor()
    await page.getByLabel('What people enter').selectOption('sidecar')
    await page.getByLabel('Another folder for sidecars').fill('/srv/sidecars')
    await page.getByText('Nothing at all is written below /srv/media/Photos.').waitFor()
    expect(server.world.libraries[0]?.writeBack.mode).toBe('off')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect
      .poll(() => server.world.libraries[0]?.writeBack)
      .toMatchObject({ mode: 'sidecar', mirrorRoot: '/srv/sidecars' })
  })
})
