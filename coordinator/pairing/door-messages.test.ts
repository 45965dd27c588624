import fc from 'fast-check'
import { expect, test } from 'vitest'
import { errorRules } from '../../protocol/errors.ts'
import { type DoorEvent, doorEvents } from '../../protocol/pairing.ts'
import { PROTOCOL_VERSION } from '../../protocol/versions.ts'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { createKey, testFacts } from '../hub/testing/test-agent.ts'
import { startHub } from '../hub/testing/test-hub.ts'

const nasty = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(
    null,
    -1,
    2 ** 53,
    '',
    'a\0b',
    '\ud800',
    [],
    {},
    'x'.repeat(5_000),
    '='.repeat(43),
  ),
)

test('whatever is said at the door, it is answered with a reason and nothing breaks', async () => {
  await using fresh = await freshDatabase()
  const events = Object.keys(doorEvents) as DoorEvent[]
  for (const event of events) {
    // One for each, because the number of tries from one address is limited.
    await using t = await startHub(fresh.db)
    const agent = await t.dial(createKey())
    const honest = {
      ...agent.introduction(event),
      facts: testFacts,
      selector: 'K7QM',
      codeProof: 'A'.repeat(43),
    }
    const damaged = fc.tuple(fc.constantFrom(...Object.keys(honest)), nasty)
    await fc.assert(
      fc.asyncProperty(damaged, async ([key, value]) => {
        const reply = await agent.send(event, { ...honest, [key]: value })
        if (!reply.ok) expect(Object.keys(errorRules)).toContain(reply.error.code)
        if (!reply.ok) expect(reply.error.code).not.toBe('internal')
      }),
      { numRuns: 40 },
    )
    expect(t.errors).toEqual([])
  }
  const agents = await fresh.db.selectFrom('agent').select('id').execute()
  expect(agents).toHaveLength(events.length)
})

test('an agent one version older is greeted by a coordinator that still speaks it, and else told what to upgrade', async () => {
  await using fresh = await freshDatabase()
  await using newer = await startHub(fresh.db, {
    versions: { oldest: PROTOCOL_VERSION, newest: PROTOCOL_VERSION + 1 },
  })
  const agent = await newer.greet()
  expect(agent.challenge.versions).toEqual({ oldest: PROTOCOL_VERSION, newest: PROTOCOL_VERSION + 1 })

  await using muchNewer = await startHub(fresh.db, {
    versions: { oldest: PROTOCOL_VERSION + 1, newest: PROTOCOL_VERSION + 2 },
  })
  const old = await muchNewer.dial()
  for (const event of ['hello', 'join', 'identify', 'pair'] as const) {
    expect(await old.refusal(event, old.hello())).toMatchObject({
      code: 'version_unsupported',
      message: expect.stringMatching(/protocols 4 to 5: upgrade the agent/),
    })
  }
})
