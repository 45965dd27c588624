import { runBriefly } from './run-briefly.ts'

/** Of the busiest card, the fullest, and the hottest. */
export type GraphicsUse = { percent: number; freeMb: number; temperatureC: number }

const QUESTION = [
  'nvidia-smi',
  '--query-gpu=utilization.gpu,memory.free,temperature.gpu',
  '--format=csv,noheader,nounits',
]

/** Null without an NVIDIA card, or when it does not say. */
export async function readGraphicsCard(searchPath: string): Promise<GraphicsUse | null> {
  const text = await runBriefly(QUESTION, searchPath)
  return text === null ? null : parseGraphicsCard(text)
}

/** One line for each card: `35, 8120, 61`. */
export function parseGraphicsCard(text: string): GraphicsUse | null {
  const cards = text
    .trim()
    .split('\n')
    .map((line) => line.split(',').map(Number))
    .filter((numbers) => numbers.length === 3 && numbers.every(Number.isFinite))
  if (cards.length === 0) return null
  return {
    percent: Math.max(...cards.map(([percent]) => percent!)),
    freeMb: Math.min(...cards.map(([, freeMb]) => freeMb!)),
    temperatureC: Math.max(...cards.map(([, , temperature]) => temperature!)),
  }
}
