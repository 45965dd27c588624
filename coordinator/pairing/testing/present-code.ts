import { createHmac } from 'node:crypto'
import { agentStatement } from '../../../protocol/introduction.ts'
import type { Pair } from '../../../protocol/pairing.ts'
import { pairingTranscript } from '../../../protocol/pairing-code.ts'
import { type TestAgent, testFacts } from '../../hub/testing/test-agent.ts'
import { derivePairingKey } from '../derive-pairing-key.ts'

const known = new Map<string, Promise<Buffer>>()

/** What an agent that knows (or guesses) a code says on its connection. */
export async function presentCode(
  agent: TestAgent,
  { selector, secret }: { selector: string; secret: string },
  name = 'laptop',
): Promise<Pair> {
  const { house = '', nonce } = agent.challenge
  const cacheKey = `${house} ${selector} ${secret}`
  const key = known.get(cacheKey) ?? derivePairingKey(house, selector, secret)
  known.set(cacheKey, key)
  const { publicKey } = agent.key
  const statement = agentStatement({ purpose: 'pair', house, channel: '', nonce, publicKey })
  const codeProof = createHmac('sha256', await key).update(pairingTranscript('agent', statement, name))
  return {
    ...agent.introduction('pair'),
    name,
    facts: testFacts,
    selector,
    codeProof: codeProof.digest('base64url'),
  }
}
