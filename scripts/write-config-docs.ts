import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configurationPage } from './config-docs/configuration-page.ts'

/** `npm run docs:config [-- --check]`: writes `docs/configuration.md` from the schemas, or says that it is old. */
const page = join(import.meta.dirname, '..', 'docs', 'configuration.md')
const text = configurationPage()
if (!process.argv.includes('--check')) {
  writeFileSync(page, text)
} else if (readFileSync(page, 'utf8') !== text) {
  console.error('docs/configuration.md is not what the schemas say: npm run docs:config')
  process.exitCode = 1
}
