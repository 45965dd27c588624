import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { HearthConfig, sectionNames } from '../../config/hearth-config.ts'
import { resolveSettings } from '../../config/settings/resolve-settings.ts'
import { configurationPage } from './configuration-page.ts'

const read = (path: string) => readFileSync(join(import.meta.dirname, '..', '..', path), 'utf8')

test('docs/configuration.md is what the schemas say (npm run docs:config writes it)', () => {
  expect(read('docs/configuration.md')).toBe(configurationPage())
})

test.each(sectionNames)('the example has no mistake in the section %s', (section) => {
  const { mistakes, settings } = resolveSettings(section, HearthConfig.shape[section], {
    file: { name: 'hearth.yaml', text: read('config/examples/hearth.yaml') },
    dotEnv: {},
    environment: {},
    flags: null,
    readSecret: () => 'postgres://hearth@db.home/hearth',
  })
  expect(mistakes).toEqual([])
  expect(settings.some(({ origin }) => origin.startsWith('hearth.yaml line'))).toBe(true)
})
