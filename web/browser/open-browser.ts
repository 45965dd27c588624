import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Browser, chromium, type Page } from 'playwright-core'
import type { FakeServer } from '../dev/fake-server.ts'

const names = ['chromium', 'chromium-browser', 'google-chrome']
const launchArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The first browser in the PATH that the tests can drive; undefined when there is none. */
export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable)
}

export const chromiumPath = findChromium()
if (!chromiumPath)
  console.log('Browser tests are skipped: no Chromium in PATH; apt-get install chromium brings it')

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath, args: launchArgs })
}

/** Builds the app as a start does, in a process of its own, when the build is missing or stale. */
export async function buildApp(): Promise<void> {
  const script = fileURLToPath(new URL('../../scripts/build-web.ts', import.meta.url))
  await promisify(execFile)(process.execPath, [script])
}

export type OpenedPage = { page: Page; faults: string[] }

/** A page of its own context; `faults` collects what must never happen: script errors and broken policies. */
export async function openPage(
  browser: Browser,
  server: FakeServer,
  options: { path?: string; scheme?: 'light' | 'dark'; isPhone?: boolean } = {},
): Promise<OpenedPage> {
  const context = await browser.newContext({
    colorScheme: options.scheme ?? 'light',
    viewport: options.isPhone ? { width: 390, height: 844 } : { width: 1440, height: 900 },
    hasTouch: options.isPhone ?? false,
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy broken: ${event.violatedDirective} by ${event.sourceFile}`)
    })
  })
  page.on('console', (message) => {
    if (message.text().includes('policy broken')) faults.push(message.text())
  })
  await page.goto(server.url + (options.path ?? '/'))
  return { page, faults }
}

export function countNodes(page: Page): Promise<number> {
  return page.evaluate(() => document.querySelectorAll('*').length)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
