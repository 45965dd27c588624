import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { type Pairing, readPairing } from '../../../agents/pairing/pairing-file.ts'
import { PinnedAgent } from '../../../agents/runtime/pinned-agent.ts'
import { toErrorBody } from '../../../protocol/errors.ts'
import type { Check, Finding } from '../finding.ts'

const ANSWER_LIMIT_MS = 5_000
/** More than that and times in logs and on the dashboard mislead. Leases do not suffer: they count, not read clocks. */
const SKEW_LIMIT_S = 60

/** Whether this machine's agent belongs to a Hearth, whether that answers, and whether their clocks agree. */
export const checkPairing: Check = async ({ state }) => {
  const name = 'pairing'
  let pairing: Pairing | undefined
  try {
    pairing = readPairing(state)
  } catch (error) {
    return [{ name, result: 'fail', found: toErrorBody(error).message }]
  }
  if (pairing === undefined) return []
  const findings: Finding[] = [
    { name, result: 'ok', found: `“${pairing.name}” at ${pairing.urls.join(', ')}` },
  ]
  for (const url of pairing.urls) findings.push(...(await ask(url, pairing.fingerprint)))
  return findings
}

async function ask(url: string, fingerprint: string | null): Promise<Finding[]> {
  const name = 'coordinator'
  try {
    const date = await readDate(url, fingerprint)
    const ok: Finding = { name, result: 'ok', found: `${url} answers` }
    return [ok, clockFinding(date, new Date())]
  } catch (error) {
    const advice = 'Check that Hearth runs there, and that nothing between the two keeps them apart'
    return [{ name, result: 'fail', found: `${url}: ${toErrorBody(error).message}`, advice }]
  }
}

export function clockFinding(there: Date, here: Date): Finding {
  const seconds = Math.round((here.getTime() - there.getTime()) / 1_000)
  const name = 'clock'
  if (Math.abs(seconds) <= SKEW_LIMIT_S) return { name, result: 'ok', found: 'agrees with the coordinator’s' }
  const found = `${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} the coordinator’s`
  return { name, result: 'warn', found, advice: 'Let both machines take the time from the network (NTP)' }
}

/** The time that the coordinator writes on its answers; only to its own certificate is anything said. */
async function readDate(url: string, fingerprint: string | null): Promise<Date> {
  const target = new URL('/api/health', url)
  const { promise, resolve, reject } = Promise.withResolvers<Date>()
  const isTls = target.protocol === 'https:'
  const agent = isTls && fingerprint !== null ? { agent: new PinnedAgent(fingerprint) } : {}
  const request = (isTls ? requestHttps : requestHttp)(target, { ...agent, timeout: ANSWER_LIMIT_MS })
  request.on('timeout', () => request.destroy(new Error('no answer')))
  request.on('error', reject)
  request.on('response', (answer) => {
    answer.resume()
    resolve(new Date(answer.headers.date ?? Number.NaN))
  })
  request.end()
  return await promise
}
