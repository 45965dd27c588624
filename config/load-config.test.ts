import { expect, test } from 'vitest'
import { AgentConfig } from './agent-config.ts'
import { CoordinatorConfig } from './coordinator-config.ts'
import { EmbeddedConfig } from './embedded-config.ts'
import { parseConfig } from './load-config.ts'

const parse = <T>(schema: Parameters<typeof parseConfig>[0], value: T) =>
  parseConfig(schema, JSON.stringify(value), 'test.json')

test('defaults fill what is not given', () => {
  const config = parse(CoordinatorConfig, { database: { url: 'postgres://x' }, dataFolder: '/data' })
  expect(config).toMatchObject({ host: '127.0.0.1', logLevel: 'info', libraries: [], admin: null })
})

test('a wrong configuration lists every problem and its file', () => {
  const wrong = { database: { url: '' }, dataFolder: '', port: 70_000, logLevel: 'loud' }
  const check = () => parse(CoordinatorConfig, wrong)
  for (const part of ['test.json', 'port', 'dataFolder', 'logLevel', 'database']) {
    expect(check).toThrow(new RegExp(part))
  }
  expect(check).toThrow(expect.objectContaining({ code: 'bad_request' }))
})

test('text that is not JSON is refused with its source', () => {
  expect(() => parseConfig(EmbeddedConfig, '{', 'HEARTH_CONFIG')).toThrow(/HEARTH_CONFIG is not JSON/)
})

test('an agent must say who and where', () => {
  expect(() => parse(AgentConfig, {})).toThrow(/name[\s\S]*coordinatorUrls|coordinatorUrls[\s\S]*name/)
})

test.each([CoordinatorConfig, AgentConfig, EmbeddedConfig])(
  'settings that are not obvious are described',
  (schema) => {
    const described = Object.values(schema.shape).filter((setting) => setting.description)
    expect(described.length).toBeGreaterThan(0)
  },
)

test('a socket folder that the system could not hold is refused', () => {
  expect(() => parse(EmbeddedConfig, { folder: '/d', socketFolder: `/${'x'.repeat(100)}` })).toThrow(
    /socketFolder/,
  )
})
