import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { HearthConfig, sectionNames } from '../hearth-config.ts'
import { environmentName, flagName, listSettings } from './list-settings.ts'
import { didYouMean, editDistance } from './nearest-word.ts'
import { resolveSettings, type Sources } from './resolve-settings.ts'

const schema = z.object({
  port: z.int().min(0).max(65_535).default(8470).describe('TCP port'),
  dataFolder: z.string().min(1).describe('Where things are kept'),
  isLoud: z.boolean().default(false).describe('Whether it shouts'),
  origins: z.array(z.url()).default([]).describe('Where from'),
  database: z
    .union([
      z.object({ url: z.string().min(1).meta({ secret: true, environment: 'DATABASE_URL' }) }),
      z.object({ socketFolder: z.string() }),
    ])
    .describe('Which'),
  admin: z.object({ name: z.string(), passwordFile: z.string() }).nullable().default(null),
  keep: z.object({ done: z.int().min(1).default(7) }).prefault({}),
})

const file = (text: string) => ({ file: { name: 'hearth.yaml', text } })
const base = { house: { dataFolder: '/data', database: { url: 'postgres://x' } } }

function resolve(sources: Partial<Omit<Sources, 'flags'>> & { flags?: Record<string, string> }) {
  return resolveSettings('house', schema, {
    file: null,
    dotEnv: {},
    environment: {},
    readSecret: () => 'from a file\n',
    ...sources,
    flags: { section: 'house', values: sources.flags ?? {} },
  })
}

function originOf(resolved: ReturnType<typeof resolve>, path: string): unknown {
  const found = resolved.settings.find(({ setting }) => setting.path === path)
  return found && [found.value, found.origin]
}

test('who is nearer wins: file, .env, environment, flags', () => {
  const sources: Parameters<typeof resolve>[0] = file(JSON.stringify({ house: { ...base.house, port: 1 } }))
  expect(originOf(resolve({}), 'house.port')).toEqual([8470, 'default'])
  expect(originOf(resolve(sources), 'house.port')).toEqual([1, 'hearth.yaml line 1'])
  sources.dotEnv = { HEARTH_HOUSE__PORT: '2' }
  expect(originOf(resolve(sources), 'house.port')).toEqual([2, 'HEARTH_HOUSE__PORT in .env'])
  sources.environment = { HEARTH_HOUSE__PORT: '3' }
  expect(originOf(resolve(sources), 'house.port')).toEqual([3, 'HEARTH_HOUSE__PORT in the environment'])
  sources.flags = { port: '4' }
  expect(originOf(resolve(sources), 'house.port')).toEqual([4, '--port'])
  expect(resolve(sources).values).toMatchObject({ port: 4, dataFolder: '/data', keep: { done: 7 } })
})

test('YAML and JSON say the same, with the line', () => {
  const yaml = `# a comment
house:
  dataFolder: /data
  database: { url: postgres://x }
  keep:
    done: 3
`
  const resolved = resolve(file(yaml))
  expect(resolved.mistakes).toEqual([])
  expect(resolved.values).toMatchObject({ keep: { done: 3 }, database: { url: 'postgres://x' } })
  expect(originOf(resolved, 'house.keep.done')).toEqual([3, 'hearth.yaml line 6'])
})

test('texts become what the schema wants', () => {
  const { values, mistakes } = resolve({
    ...file(JSON.stringify(base)),
    environment: {
      HEARTH_HOUSE__IS_LOUD: 'yes',
      HEARTH_HOUSE__ORIGINS: 'https://a.example, https://b.example',
      HEARTH_HOUSE__KEEP__DONE: '30',
      HEARTH_HOUSE__ADMIN: undefined,
    },
  })
  expect(mistakes).toEqual([])
  expect(values).toMatchObject({
    isLoud: true,
    origins: ['https://a.example', 'https://b.example'],
    keep: { done: 30 },
  })
})

test('all mistakes come at once, each with where its value came from', () => {
  const { values, mistakes } = resolve({
    ...file('house:\n  port: 70000\n  prot: 1\n  dataFolder: ""\nhuose:\n  a: 1\n'),
    dotEnv: { HEARTH_HOUSE__KEEP__DONE: 'many' },
    environment: { HEARTH_HOUSE__ORIGIN: 'x', HEARTH_OTHER: 'not ours' },
    flags: { 'is-loud': 'perhaps' },
  })
  expect(values).toBeUndefined()
  const all = mistakes.join('\n')
  expect(all).toMatch(/house\.port \(hearth\.yaml line 2\): .*65535/)
  expect(all).toMatch(/house\.prot \(hearth\.yaml line 3\): .*did you mean house\.port\?/)
  expect(all).toMatch(/house\.dataFolder \(hearth\.yaml line 4\)/)
  expect(all).toMatch(/house\.keep\.done \(HEARTH_HOUSE__KEEP__DONE in \.env\): .*expected number/i)
  expect(all).toMatch(/HEARTH_HOUSE__ORIGIN in the environment: .*did you mean HEARTH_HOUSE__ORIGINS\?/)
  expect(all).toMatch(/house\.isLoud \(--is-loud\)/)
  expect(all).toMatch(
    /house\.database is missing: set house\.database\.url \(or HEARTH_HOUSE__DATABASE__URL\)/,
  )
  expect(all).not.toMatch(/HEARTH_OTHER/)
})

test('a file that is not YAML says the line', () => {
  expect(resolve(file('house:\n  port: [1\n')).mistakes.join('\n')).toMatch(/hearth\.yaml line 3/)
  expect(resolve(file('just text')).mistakes.join('\n')).toMatch(/must hold sections/)
})

test('a secret comes from a file, or under the name that everybody knows', () => {
  const fromFile = resolve({
    ...file('house:\n  dataFolder: /data\n  database:\n    urlFile: /run/secrets/db\n'),
  })
  expect(fromFile.values).toMatchObject({ database: { url: 'from a file' } })
  expect(originOf(fromFile, 'house.database.url')).toEqual([
    'from a file',
    'the file /run/secrets/db (hearth.yaml line 4)',
  ])
  const known = { environment: { DATABASE_URL: 'postgres://known', HEARTH_HOUSE__DATA_FOLDER: '/d' } }
  expect(resolve(known).values).toMatchObject({ database: { url: 'postgres://known' } })
  const unreadable = resolve({
    environment: { HEARTH_HOUSE__DATABASE__URL_FILE: '/none' },
    readSecret: () => {
      throw new Error('no such file')
    },
  })
  expect(unreadable.mistakes.join('\n')).toMatch(/urlFile .*cannot be read: no such file/)
})

test('null for an object and values inside it replace one another', () => {
  const whole = { house: { ...base.house, admin: { name: 'a', passwordFile: 'f' } } }
  const resolved = resolve({ ...file(JSON.stringify(whole)), environment: { HEARTH_HOUSE__PORT: '1' } })
  expect(resolved.values?.admin).toEqual({ name: 'a', passwordFile: 'f' })
  const none = resolve({ ...file(JSON.stringify({ house: { ...base.house, admin: null } })) })
  expect(none.mistakes).toEqual([])
  expect(none.values?.admin).toBeNull()
})

test('whatever a file or a variable holds is a value or a mistake, never a crash', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (text, value) => {
      resolve({ ...file(text), environment: { HEARTH_HOUSE__PORT: value, HEARTH_HOUSE__ORIGINS: value } })
    }),
    { numRuns: 500 },
  )
})

test('every setting of Hearth is described and has names of its own', () => {
  for (const section of sectionNames) {
    const settings = listSettings(HearthConfig.shape[section])
    expect(settings.length).toBeGreaterThan(5)
    for (const { path, description } of settings) expect(description, `${section}.${path}`).not.toBe('')
    for (const name of [environmentName, flagName]) {
      expect(new Set(settings.map(({ path }) => name(`${section}.${path}`))).size).toBe(settings.length)
    }
  }
  expect(environmentName('coordinator.dataFolder')).toBe('HEARTH_COORDINATOR__DATA_FOLDER')
  expect(flagName('coordinator.keepDays.done')).toBe('--keep-days.done')
})

test('the nearest word is offered only when it is near', () => {
  expect(didYouMean('--prot', ['--port', '--host'])).toBe('; did you mean --port?')
  expect(didYouMean('--nonsense', ['--port', '--host'])).toBe('')
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a))
      expect(editDistance(a, b) === 0).toBe(a === b)
    }),
  )
})
