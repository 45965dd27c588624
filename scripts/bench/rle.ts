import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import type { Mask } from '../../protocol/mask.ts'
import { decodeColumns, decodeMask, encodeColumns, encodeMask } from '../../protocol/rle.ts'
import { type RandomMask, randomMasks } from '../../protocol/testing/random-masks.ts'
import { formatResult } from './bench-line.ts'
import { describeMachine } from './machine.ts'

const Yardstick = z.object({ encode: z.number(), decode: z.number(), digest: z.string() })

/**
 * `npm run bench -- rle [--masks N] [--rounds N] [--python PROGRAM]`: B18, masks encoded and decoded beside
 * pycocotools on the same bits, column by column in both; the shortest of the rounds. Without a Python that has
 * pycocotools there is no yardstick.
 */
export async function benchRle(parameters: string[]): Promise<void> {
  const { values } = parseArgs({
    args: parameters,
    options: {
      masks: { type: 'string', default: '10000' },
      rounds: { type: 'string', default: '5' },
      python: { type: 'string', default: 'python3' },
    },
  })
  console.log(describeMachine())
  const rounds = Number(values.rounds)
  benchSet('small, of all kinds', [...randomMasks(Number(values.masks))], rounds, values.python)
  benchSet(
    '160×160 discs',
    Array.from({ length: 1_000 }, (_, i) => disc(160, 20 + (i % 50))),
    rounds,
    values.python,
  )
  benchSet(
    '1440×1080 discs',
    Array.from({ length: 10 }, (_, i) => disc(1_080, 300 + i, 1_440)),
    rounds,
    values.python,
  )
}

function benchSet(name: string, masks: RandomMask[], rounds: number, python: string): void {
  let encoded: Mask[] = []
  let decoded: Uint8Array[] = []
  const encodeS = shortest(rounds, () => {
    encoded = masks.map(({ columns, heightPx, widthPx }) => encodeColumns(columns, heightPx, widthPx))
  })
  const decodeS = shortest(rounds, () => {
    decoded = encoded.map(decodeColumns)
  })
  if (!decoded.every((bits, i) => masks[i]!.columns.equals(bits)))
    throw new Error('a mask came back otherwise')
  const yardstick = measurePycocotools(masks, rounds, python)
  const digest = createHash('sha256')
    .update(encoded.map(({ counts }) => counts).join('\n'))
    .digest('hex')
  if (yardstick && yardstick.digest !== digest) throw new Error('pycocotools writes other strings')
  print(`encode ${name}`, encodeS / masks.length, yardstick && yardstick.encode / masks.length, '≤ 6')
  print(`decode ${name}`, decodeS / masks.length, yardstick && yardstick.decode / masks.length, '≤ 1.5')

  // What the rest of the code asks for, and nobody else has.
  let rows: Uint8Array[] = []
  const toRowsS = shortest(rounds, () => {
    rows = encoded.map(decodeMask)
  })
  const ofRowsS = shortest(rounds, () => {
    rows.forEach((bits, i) => {
      encodeMask(bits, ...encoded[i]!.size)
    })
  })
  print(`encode ${name}, row by row`, ofRowsS / masks.length)
  print(`decode ${name}, row by row`, toRowsS / masks.length)
}

function print(metric: string, seconds: number, yardstick?: number, goal?: string): void {
  const inMicroseconds = (value: number) => value * 1e6
  console.log(
    formatResult({
      bench: 'B18',
      metric,
      value: inMicroseconds(seconds),
      unit: 'µs',
      ...(yardstick === undefined ? {} : { yardstick: inMicroseconds(yardstick), goal }),
    }),
  )
}

function shortest(rounds: number, run: () => void): number {
  const seconds = Array.from({ length: rounds }, () => {
    const start = performance.now()
    run()
    return (performance.now() - start) / 1_000
  })
  return Math.min(...seconds)
}

function measurePycocotools(
  masks: RandomMask[],
  rounds: number,
  python: string,
): z.infer<typeof Yardstick> | undefined {
  const head = JSON.stringify([masks.map(({ heightPx, widthPx }) => [heightPx, widthPx]), rounds])
  const { status, stdout } = spawnSync(python, [join(import.meta.dirname, 'rle-yardstick.py')], {
    input: Buffer.concat([Buffer.from(`${head}\n`), ...masks.map(({ columns }) => columns)]),
    maxBuffer: 2 ** 20,
  })
  return status === 0 ? Yardstick.parse(JSON.parse(stdout.toString())) : undefined
}

/** A disc in the middle, whose edge begins and ends in each column elsewhere. */
function disc(heightPx: number, radiusPx: number, widthPx = heightPx): RandomMask {
  const columns = Buffer.alloc(heightPx * widthPx)
  for (let x = 0; x < widthPx; x += 1) {
    const half = Math.sqrt(Math.max(0, radiusPx ** 2 - (x - widthPx / 2) ** 2))
    if (half === 0) continue
    const top = Math.max(0, Math.round(heightPx / 2 - half))
    columns.fill(1, x * heightPx + top, x * heightPx + Math.min(heightPx, Math.round(heightPx / 2 + half)))
  }
  return { columns, heightPx, widthPx }
}
