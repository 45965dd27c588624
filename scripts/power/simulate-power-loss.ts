import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type CrashImage, type LossKind, lossKinds, makeCrashImage, writeCrashImage } from './crash-image.ts'
import type { DiskModel } from './disk-model.ts'
import { type DiskEvent, readDiskRecord } from './disk-record.ts'
import { ImageChecker } from './image-checker.ts'
import type { DatabaseProgram } from './recorded-database.ts'
import { SeededRandom } from './seeded-random.ts'

/** As many as a small machine has cores. */
const CHECKERS = 2

export type Simulation = {
  program: DatabaseProgram
  recordPath: string
  /** Where images are put, best in memory. */
  scratchFolder: string
  images: number
  seed: number
  /** The disk before the record begins. */
  model: DiskModel
  /** For each client, what was acknowledged before the record begins. */
  acknowledged: Map<number, number>
}

export type BadImage = { event: number; kind: LossKind; seed: number; wrong: string[] }
export type SimulationResult = {
  images: number
  events: number
  bad: BadImage[]
  /** One of the images again, for a run that begins where another was cut off, with what it must hold. */
  survivor: { image: CrashImage; acknowledged: Map<number, number> } | undefined
}

/**
 * Lets the power fail at many moments of a recorded run, and has each image that the disk may then hold
 * opened and checked. Uses up `model` and `acknowledged`.
 */
export async function simulatePowerLoss(simulation: Simulation): Promise<SimulationResult> {
  const { program, recordPath, scratchFolder, seed, model, acknowledged } = simulation
  const { events, moments } = chooseMoments(recordPath, simulation.images, new SeededRandom(seed))
  const bad: BadImage[] = []
  const idle = Array.from({ length: CHECKERS }, () => new ImageChecker())
  const checkers = [...idle]
  const running = new Set<Promise<void>>()
  const survivorAt = new SeededRandom(seed).below(simulation.images)
  let survivor: SimulationResult['survivor']
  let images = 0
  let event = 0

  const checkImage = async (): Promise<void> => {
    while (idle.length === 0) await Promise.race(running)
    const checker = idle.pop()!
    const imageSeed = seed * 1_000_003 + images
    const random = new SeededRandom(imageSeed)
    const kind = random.pick(lossKinds)
    const image = makeCrashImage(model, kind, random)
    if (images === survivorAt) survivor = { image, acknowledged: new Map(acknowledged) }
    images += 1
    const folder = mkdtempSync(join(scratchFolder, 'image-'))
    writeCrashImage(image, folder)
    const request = { program, folder, acknowledged: [...acknowledged] }
    const moment = event
    const done = checker.check(request).then((wrong) => {
      if (wrong.length > 0) bad.push({ event: moment, kind, seed: imageSeed, wrong })
      rmSync(folder, { recursive: true, force: true })
      idle.push(checker)
      running.delete(done)
    })
    running.add(done)
  }

  try {
    for (const diskEvent of readDiskRecord(recordPath)) {
      for (; moments[0] === event; moments.shift()) await checkImage()
      play(diskEvent, model, acknowledged)
      event += 1
    }
    await Promise.all(running)
  } finally {
    for (const checker of checkers) checker.close()
  }
  return { images, events, bad, survivor }
}

/** Moments before an event: half of them anywhere, half near what changes what is durable. */
function chooseMoments(
  recordPath: string,
  count: number,
  random: SeededRandom,
): { events: number; moments: number[] } {
  const telling: number[] = []
  let events = 0
  let controlFile: number | undefined
  for (const event of readDiskRecord(recordPath)) {
    if (event.type === 'open' && event.path.endsWith('/pg_control')) controlFile = event.file
    const tells =
      ['sync-end', 'rename', 'remove', 'truncate', 'answer'].includes(event.type) ||
      (event.type === 'write' && event.file === controlFile)
    if (tells) telling.push(events)
    events += 1
  }
  const near = () => Math.min(events - 1, Math.max(0, random.pick(telling) + random.below(5) - 2))
  const moments = Array.from({ length: count }, (_, at) =>
    at % 2 === 0 || telling.length === 0 ? random.below(events) : near(),
  )
  return { events, moments: moments.sort((one, other) => one - other) }
}

function play(event: DiskEvent, model: DiskModel, acknowledged: Map<number, number>): void {
  model.apply(event)
  if (event.type !== 'answer') return
  for (const word of event.acknowledged) {
    const [, client, n] = /ack:(\d+):(\d+);/.exec(word)!.map(Number)
    acknowledged.set(client!, Math.max(n!, acknowledged.get(client!) ?? 0))
  }
}
