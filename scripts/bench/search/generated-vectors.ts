import { seededRandom } from '../../fixtures/seeded-random.ts'

/** Of each part there are so many. */
export const MIDDLES = 1_000
/** How fast later numbers of a vector become small: what pictures differ in has some seventy directions, not 512. */
const DECAY = 0.4
/**
 * Lengths of the parts of a picture's vector. All pictures of a CLIP lie in one cone (any two at a cosine of about 0.5),
 * in it in clusters, and in a cluster anywhere.
 */
const LENGTHS = { bench_mean: 1, bench_middle: 0.7, bench_deviation: 0.55, bench_nuance: 0.45 }
/** Words lie in another cone, at a cosine of about 0.27 to what they are about and 0.16 to all else. */
const WORDS = { apart: 1, mean: 0.25, subject: 0.35 }

type Vector = number[]

/** Tables with what vectors of pictures are sums of, as Postgres reads them. */
export function pictureParts(dimensions: number): Record<keyof typeof LENGTHS, string[]> {
  const { mean, middles } = shared(dimensions)
  const next = vectorSource(21, dimensions)
  const many = (length: number) => Array.from({ length: MIDDLES }, () => JSON.stringify(next(length)))
  return {
    bench_mean: [JSON.stringify(mean)],
    bench_middle: middles.map((middle) => JSON.stringify(middle)),
    bench_deviation: many(LENGTHS.bench_deviation),
    bench_nuance: many(LENGTHS.bench_nuance),
  }
}

/** What is searched for and is not in the library itself: like one more picture, or like words about one. */
export function queryVectors(count: number, dimensions: number, like: 'pictures' | 'words'): string[] {
  const { mean, middles } = shared(dimensions)
  const next = vectorSource(like === 'pictures' ? 22 : 23, dimensions)
  const apart = next(WORDS.apart)
  return Array.from({ length: count }, (_, at) => {
    const subject = sum(
      middles[(at * 37) % MIDDLES]!,
      next(LENGTHS.bench_deviation),
      next(LENGTHS.bench_nuance),
    )
    const vector =
      like === 'pictures'
        ? sum(mean, subject)
        : sum(apart, scaled(mean, WORDS.mean), scaled(subject, WORDS.subject))
    return JSON.stringify(vector)
  })
}

function shared(dimensions: number): { mean: Vector; middles: Vector[] } {
  const next = vectorSource(20, dimensions)
  const mean = next(LENGTHS.bench_mean)
  return { mean, middles: Array.from({ length: MIDDLES }, () => next(LENGTHS.bench_middle)) }
}

/** Vectors of about a length, whose later numbers are smaller. */
function vectorSource(seed: number, dimensions: number): (length: number) => Vector {
  const random = seededRandom(seed)
  const scales = Array.from({ length: dimensions }, (_, at) => (at + 1) ** -DECAY)
  const unit = Math.sqrt(12 / scales.reduce((total, scale) => total + scale ** 2, 0))
  const signs = seededRandom(1)
  const flips = scales.map(() => (signs() < 0.5 ? -1 : 1))
  return (length) =>
    turned(scales.map((scale, at) => (random() - 0.5) * unit * scale * length * flips[at]!)).map(
      (value) => Math.round(value * 1e5) / 1e5,
    )
}

/** Spreads every direction over all numbers, as in vectors of a model: the Hadamard transform, for powers of two. */
function turned(vector: Vector): Vector {
  const turning = [...vector]
  for (let half = 1; half < turning.length; half *= 2) {
    for (let at = 0; at < turning.length; at += 1) {
      if (at & half) continue
      const [one, other] = [turning[at]!, turning[at + half]!]
      turning[at] = one + other
      turning[at + half] = one - other
    }
  }
  return scaled(turning, 1 / Math.sqrt(turning.length))
}

function sum(...vectors: Vector[]): Vector {
  return vectors[0]!.map((_, at) => vectors.reduce((total, vector) => total + vector[at]!, 0))
}

function scaled(vector: Vector, by: number): Vector {
  return vector.map((value) => value * by)
}
