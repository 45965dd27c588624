import type { AgentEvent } from '../../../protocol/agents.ts'
import { floodEvents, honestMessage } from './flood-examples.ts'

/** A random number in `[0, 1)`. */
export type Random = () => number

const DEEP = 10_000
const deepText = `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`
const deepObjectText = `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`

/** As text, because what it holds cannot all be written by an encoder. */
const nastyValues = [
  'null',
  'true',
  '-1',
  '1.5',
  '1e999',
  '9007199254740993',
  '""',
  '"a\\u0000b"',
  '"\\ud800"',
  '[]',
  '{}',
  '{"__proto__":{"ok":true}}',
  '{"constructor":{"prototype":{"ok":true}}}',
  '{"toString":1,"valueOf":1,"toJSON":1,"then":1}',
  '{"_placeholder":true,"num":0}',
  '{"_placeholder":true,"num":-1}',
  `"${'x'.repeat(10_000)}"`,
  `[${'0,'.repeat(5_000)}0]`,
  deepText,
  deepObjectText,
]
const nastyKeys = ['__proto__', 'constructor', 'prototype', 'hasOwnProperty', '', '\0', 'toString', '0']

/** A message of an event in which one to three places hold something else, as JSON text. */
export function damagedMessage(event: AgentEvent, random: Random): string {
  if (random() < 0.1) return pick(nastyValues, random)
  const message = honestMessage(event)
  const damages: [string, string][] = []
  for (let count = 1 + Math.floor(random() * 3); count > 0; count -= 1) {
    const { object, key } = pick(placesIn(message), random)
    const mark = `damage ${damages.length} ${random()}`
    const name = random() < 0.2 ? pick(nastyKeys, random) : key
    Object.defineProperty(object, name, { value: mark, enumerable: true, configurable: true, writable: true })
    damages.push([JSON.stringify(mark), pick(nastyValues, random)])
  }
  let text = JSON.stringify(message)
  for (const [mark, value] of damages) text = text.replace(mark, () => value)
  return text
}

/** What a client that keeps to the framing sends: it may expect an answer under `id`. */
export function askingFrame(event: AgentEvent, messageText: string, id: number): string {
  return `42/agents,${id}["${event}",${messageText}]`
}

/** Frames that no client would write. Each may end the connection. */
export function rudeFrame(random: Random): string | Buffer {
  const number = Math.floor(random() * 1e9)
  const event = pick(floodEvents, random)
  return pick<() => string | Buffer>(
    [
      () => `45${number}-/agents,["${event}"]`,
      () =>
        `45${pick(['-1', '1.5', '1e3', '', '0', 'NaN', '0x10', '9'.repeat(400)], random)}-/agents,["${event}"]`,
      () => `451-/agents,["${event}",{"_placeholder":true,"num":"__proto__"}]`,
      () => `4510-/agents,${number}["${event}",{"_placeholder":true,"num":${number}}]`,
      () => `461-/agents,${number}[{"_placeholder":true,"num":0}]`,
      () => `42/agents,${'9'.repeat(1 + Math.floor(random() * 400))}["${event}",{}]`,
      () => `42/agents,-1["${event}",{}]`,
      () => `43/agents,${number}[{"ok":true}]`,
      () => `42/agents,["${pick(nastyKeys, random)}",${pick(nastyValues, random)}]`,
      () => `42/agents,["${pick(['connect', 'disconnect', 'connect_error', 'newListener'], random)}"]`,
      () => `42/agents,${pick(nastyValues, random)}`,
      () => `42/agents,[${number},${pick(nastyValues, random)}]`,
      () => `40/${pick(['admin', 'live', 'agents/x', '__proto__', 'x'.repeat(5_000)], random)},{}`,
      () => `40/agents,${pick(nastyValues, random)}`,
      () => `42/live,${number}["hello",{}]`,
      () => `42["${event}",{}]`,
      () => `41/agents,${pick(['', '{}'], random)}`,
      () => `44/agents,{"message":"x"}`,
      () => pick(['0{}', '1', '2', '2probe', '3', '5', '6', '7', '', '\0', 'bAAAA', '4'], random),
      () =>
        Buffer.from(Array.from({ length: 1 + Math.floor(random() * 64) }, () => Math.floor(random() * 256))),
      () => Buffer.alloc(100_000),
    ],
    random,
  )()
}

export function pick<T>(from: readonly T[], random: Random): T {
  return from[Math.floor(random() * from.length)]!
}

function placesIn(value: unknown): { object: object; key: string }[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.keys(value).flatMap((key) => [
    { object: value, key },
    ...placesIn((value as Record<string, unknown>)[key]),
  ])
}
