import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { type JobKind, jobContracts } from '../../protocol/jobs.ts'
import type { Lease } from '../../protocol/leases.ts'
import { leaseOf } from '../runtime/testing/test-coordinator.ts'
import { fieldMeanings, freeTextFields } from './field-meanings.ts'
import { type JobPolicy, refusalOf } from './judge-job.ts'

const policy: JobPolicy = {
  capabilities: ['scan', 'ingest', 'sidecar'],
  writeBack: true,
  maxFileBytes: 1_000,
  origins: ['https://nas.home:8470'],
}
const file = { fileId: 1, libraryId: 1, root: '/photos', path: '2024/a.jpg', sizeBytes: 10, mtimeUs: 1 }

function judge(input: unknown, changes: Partial<Lease> = {}, by: Partial<JobPolicy> = {}) {
  const lease = leaseOf(1, { input, ...changes })
  const parsed = jobContracts[lease.kind as JobKind].input.safeParse(input)
  return refusalOf({ ...policy, ...by }, lease, parsed.success ? parsed.data : input)
}

test('an honest job is run', () => {
  expect(judge(file)).toBeUndefined()
  expect(judge({ ...file, path: 'résumé …/..hidden/a..b.jpg' })).toBeUndefined()
  const scan = { libraryId: 1, root: '/photos', ignoreGlobs: ['../**', 'http://**'] }
  expect(judge(scan, { kind: 'library.scan', capability: 'scan' })).toBeUndefined()
})

test.each([
  ['../../etc/passwd'],
  ['2024/../../etc/passwd'],
  ['/etc/passwd'],
  ['2024//a.jpg'],
  ['2024/./a.jpg'],
  ['2024/'],
  ['..\\..\\windows'],
])('a file at %j is refused', (path) => {
  expect(judge({ ...file, path })).toContain('leads out')
})

test.each(['photos', '', '/photos/../etc', '~/photos', 'file:///etc'])('a root %j is refused', (root) => {
  expect(judge({ ...file, root })).toContain('no whole path')
})

test.each([
  ['cmd', 'rm -rf /'],
  ['exec', ['sh', '-c', 'id']],
  ['env', { LD_PRELOAD: '/tmp/x.so' }],
  ['__proto__x', 1],
])('a job with %j is refused: no contract has it', (field, value) => {
  expect(judge({ ...file, [field]: value })).toContain(JSON.stringify(field))
})

test('bytes come from this agent’s coordinator and from nowhere else', () => {
  const contract = z.object({ url: z.string() })
  const ask = (url: string) => {
    const lease = leaseOf(1, { input: { url } })
    return refusalOf(policy, lease, contract.parse({ url }))
  }
  expect(ask('https://nas.home:8470/api/derived/x')).toBeUndefined()
  for (const url of [
    'http://nas.home:8470/x',
    'https://nas.home/x',
    'https://nas.home:8470@evil.example/x',
    'http://169.254.169.254/latest/meta-data',
    'file:///etc/passwd',
    'smb://nas/x',
    '//evil.example',
    '/api/x',
  ]) {
    expect(ask(url), url).toContain('not an address')
  }
})

test('what the owner has not allowed is refused, with what to change', () => {
  expect(judge({ ...file, sizeBytes: 1_001 })).toContain('at most 1000')
  expect(judge(file, {}, { capabilities: ['scan'] })).toContain('does not offer to ingest')
  const sidecar = { capability: 'sidecar' as const, kind: 'sidecar.write' }
  expect(judge({}, sidecar, { writeBack: false })).toContain('writeBack')
})

test('whatever comes, it is judged and nothing is thrown', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 20 }), (input) => {
      const refusal = refusalOf(policy, leaseOf(1, { input }), input)
      expect(['string', 'undefined']).toContain(typeof refusal)
    }),
  )
  let deep: unknown = 'x'
  for (let at = 0; at < 10_000; at += 1) deep = { path: deep }
  expect(refusalOf(policy, leaseOf(1, { input: deep }), deep)).toContain('too large')
})

/** Names of the fields that hold text, in every input of a contract. */
function textFields(schema: z.core.JSONSchema._JSONSchema, field = ''): string[] {
  if (typeof schema === 'boolean') return []
  const { type, properties = {}, items, anyOf = [], oneOf = [], allOf = [] } = schema
  if (freeTextFields.has(field)) return []
  const below = Object.entries(properties).flatMap(([name, part]) => textFields(part, name))
  const parts = [...anyOf, ...oneOf, ...allOf, ...(items && !Array.isArray(items) ? [items] : [])]
  const own = type === 'string' && !('enum' in schema) && !('const' in schema) ? [field] : []
  return [...own, ...below, ...parts.flatMap((part) => textFields(part, field))]
}

test.each(Object.entries(jobContracts))(
  'every text in the input of %s has a known meaning',
  (_kind, contract) => {
    const schema = z.toJSONSchema(contract.input, { io: 'input', unrepresentable: 'any' })
    const fields = new Set(textFields(schema))
    expect([...fields].filter((field) => !Object.hasOwn(fieldMeanings, field))).toEqual([])
  },
)
