import { seededRandom } from './seeded-random.ts'

type Palette = { sky: [string, string, string]; sun: string; near: string; far: string }

/** Light of different hours and places. */
const palettes: Palette[] = [
  { sky: ['#2a3f6b', '#d98e73', '#ffd9a0'], sun: '#fff1cf', near: '#1d2233', far: '#7d7391' },
  { sky: ['#3f7fc2', '#8fc1e8', '#e6f1f5'], sun: '#fffdf0', near: '#23452f', far: '#8fb0b5' },
  { sky: ['#0d1430', '#27305c', '#6a5a86'], sun: '#f2efe2', near: '#070b18', far: '#2c3358' },
  { sky: ['#e9dfd2', '#d9c3ad', '#c79f83'], sun: '#fff8e8', near: '#5a3d2e', far: '#b99a83' },
  { sky: ['#aebfca', '#d6dee2', '#f3f4f2'], sun: '#ffffff', near: '#3d4a52', far: '#b4c0c6' },
  { sky: ['#5a2a55', '#d0526a', '#ffb36b'], sun: '#ffe3b0', near: '#2a1330', far: '#8d4668' },
  { sky: ['#1f6f78', '#6fb7a9', '#f0e2b6'], sun: '#fff6d8', near: '#133b3c', far: '#5b9a94' },
  { sky: ['#f4c9a8', '#f2a98a', '#c86f6b'], sun: '#fff0dc', near: '#4b2a3a', far: '#a9706f' },
]
const aspects = [3 / 2, 3 / 2, 4 / 3, 4 / 3, 16 / 9, 2 / 3, 3 / 4, 1, 3 / 2, 4 / 5, 2.9, 9 / 16]

export type Scene = { widthPx: number; heightPx: number; svg: string }

/** An invented picture: ridges, sea, town, meadow or lights out of focus, in the light of one palette. */
export function drawScene(seed: number): Scene {
  const random = seededRandom(seed * 7_919 + 13)
  const palette = palettes[Math.floor(random() * palettes.length)] as Palette
  const aspect = aspects[Math.floor(random() * aspects.length)] as number
  const heightPx = Math.round(aspect >= 1 ? 1440 / aspect : 1440)
  const widthPx = Math.round(heightPx * aspect)
  const kinds = [drawRidges, drawRidges, drawSea, drawTown, drawLights, drawFlowers]
  const draw = kinds[Math.floor(random() * kinds.length)] as typeof drawRidges
  const [top, middle, bottom] = palette.sky
  const body = draw(random, widthPx, heightPx, palette)
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}" viewBox="0 0 ${widthPx} ${heightPx}">
<defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${top}"/><stop offset=".55" stop-color="${middle}"/><stop offset="1" stop-color="${bottom}"/></linearGradient>
<radialGradient id="glow"><stop offset="0" stop-color="${palette.sun}" stop-opacity=".9"/><stop offset="1" stop-color="${palette.sun}" stop-opacity="0"/></radialGradient></defs>
<rect width="100%" height="100%" fill="url(#sky)"/>${body}</svg>`
  return { widthPx, heightPx, svg }
}

function sunAt(x: number, y: number, radius: number, palette: Palette): string {
  return `<circle cx="${x}" cy="${y}" r="${radius * 5}" fill="url(#glow)"/><circle cx="${x}" cy="${y}" r="${radius}" fill="${palette.sun}"/>`
}

function drawRidges(random: () => number, width: number, height: number, palette: Palette): string {
  let body = sunAt(width * (0.15 + random() * 0.7), height * (0.2 + random() * 0.25), height * 0.035, palette)
  const layers = 4 + Math.floor(random() * 3)
  for (let layer = 0; layer < layers; layer += 1) {
    const share = (layer + 1) / layers
    const base = height * (0.4 + 0.5 * share - 0.06)
    const path = ridge(random, width, base, height * (0.16 - 0.09 * share))
    body += `<path d="${path}L${width} ${height}L0 ${height}Z" fill="${mix(palette.far, palette.near, share)}"/>`
    if (layer === layers - 1) body += trees(random, width, base, height, palette.near)
  }
  return body
}

function ridge(random: () => number, width: number, base: number, swing: number): string {
  const waves = Array.from({ length: 5 }, (_, at) => ({
    length: (width / (1 + at * 1.7)) * (0.7 + random() * 0.6),
    phase: random() * 7,
    swing: swing / (1 + at),
  }))
  let path = `M0 ${height1(0)}`
  function height1(x: number): number {
    const sum = waves.reduce(
      (all, wave) => all + Math.sin((x / wave.length) * 6.283 + wave.phase) * wave.swing,
      0,
    )
    return Math.round(base - Math.abs(sum))
  }
  for (let x = 0; x <= width + 12; x += 12) path += `L${x} ${height1(x)}`
  return path
}

function trees(random: () => number, width: number, base: number, height: number, colour: string): string {
  let path = ''
  const count = Math.floor(random() * 26)
  for (let at = 0; at < count; at += 1) {
    const x = random() * width
    const tall = height * (0.08 + random() * 0.14)
    const foot = base + height * (0.05 + random() * 0.06)
    path += `M${x} ${foot - tall}L${x + tall * 0.2} ${foot}L${x - tall * 0.2} ${foot}Z`
  }
  return `<path d="${path}" fill="${mix(colour, '#000000', 0.25)}"/>`
}

function drawSea(random: () => number, width: number, height: number, palette: Palette): string {
  const horizon = height * (0.5 + random() * 0.15)
  const sunX = width * (0.2 + random() * 0.6)
  let body = sunAt(sunX, horizon - height * (0.06 + random() * 0.15), height * 0.05, palette)
  body += `<rect y="${horizon}" width="${width}" height="${height}" fill="${mix(palette.far, palette.sky[0], 0.5)}"/>`
  for (let at = 0; at < 90; at += 1) {
    const depth = random() ** 1.6
    const y = horizon + depth * (height - horizon)
    const long = width * (0.02 + depth * 0.16)
    const x = sunX + (random() - 0.5) * width * (0.1 + depth)
    body += `<rect x="${x - long / 2}" y="${y}" width="${long}" height="${1 + depth * 7}" rx="3" fill="${palette.sun}" opacity="${0.08 + random() * 0.22}"/>`
  }
  if (random() > 0.4) {
    const x = width * (0.2 + random() * 0.6)
    const s = height * 0.07
    body += `<path d="M${x} ${horizon + s}l${-s * 0.9} ${-s * 0.2}h${s * 1.8}zM${x} ${horizon + s * 0.7}v${-s * 1.7}l${s * 0.7} ${s * 1.4}z" fill="${palette.near}"/>`
  }
  return body
}

function drawTown(random: () => number, width: number, height: number, palette: Palette): string {
  let body = sunAt(width * random(), height * 0.25, height * 0.03, palette)
  for (let layer = 0; layer < 3; layer += 1) {
    const colour = mix(palette.far, palette.near, (layer + 1) / 3)
    let x = -40
    while (x < width) {
      const wide = width * (0.03 + random() * 0.06)
      const tall = height * (0.2 + random() * 0.4 - layer * 0.07)
      body += `<rect x="${x}" y="${height - tall}" width="${wide}" height="${tall}" fill="${colour}"/>`
      if (layer === 2) body += windows(random, x, height - tall, wide, tall, palette.sun)
      x += wide + random() * 8
    }
  }
  return body
}

function windows(
  random: () => number,
  left: number,
  top: number,
  wide: number,
  tall: number,
  light: string,
): string {
  let body = ''
  const size = wide / 7
  for (let x = left + size; x < left + wide - size; x += size * 2) {
    for (let y = top + size; y < top + tall - size; y += size * 2.4) {
      if (random() > 0.62)
        body += `<rect x="${x}" y="${y}" width="${size}" height="${size * 1.3}" fill="${light}" opacity=".8"/>`
    }
  }
  return body
}

function drawLights(random: () => number, width: number, height: number, palette: Palette): string {
  let body = `<rect width="100%" height="100%" fill="${palette.near}" opacity=".55"/>`
  const colours = [palette.sun, ...palette.sky, '#e9743a']
  for (let at = 0; at < 60; at += 1) {
    const radius = height * (0.015 + random() ** 2 * 0.12)
    body += `<circle cx="${random() * width}" cy="${random() * height}" r="${radius}" fill="${colours[at % colours.length]}" opacity="${0.1 + random() * 0.4}"/>`
  }
  return `<filter id="soft"><feGaussianBlur stdDeviation="${height / 300}"/></filter><g filter="url(#soft)">${body}</g>`
}

function drawFlowers(random: () => number, width: number, height: number, palette: Palette): string {
  let body = `<rect width="100%" height="100%" fill="${mix('#2f5a35', palette.near, 0.35)}" opacity=".82"/>`
  const petals = ['#e8b8c8', '#f2e6d0', '#d9563f', '#8a7cc9', '#f0c24b'][Math.floor(random() * 5)] as string
  for (let at = 0; at < 26; at += 1) {
    const size = Math.min(width, height) * (0.03 + (at / 26) ** 2 * 0.16)
    const x = random() * width
    const y = random() * height
    const turn = random() * 60
    for (let petal = 0; petal < 6; petal += 1) {
      body += `<ellipse cx="${x}" cy="${y - size * 0.6}" rx="${size * 0.34}" ry="${size * 0.62}" transform="rotate(${turn + petal * 60} ${x} ${y})" fill="${petals}" opacity="${0.35 + (at / 26) * 0.6}"/>`
    }
    body += `<circle cx="${x}" cy="${y}" r="${size * 0.24}" fill="#f0d27a"/>`
  }
  return body
}

function mix(from: string, to: string, share: number): string {
  const channel = (text: string, at: number) => Number.parseInt(text.slice(at, at + 2), 16)
  const mixed = [1, 3, 5].map((at) => Math.round(channel(from, at) * (1 - share) + channel(to, at) * share))
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}
