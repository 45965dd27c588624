import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { readGraphicsCard } from '../../../agents/power/graphics-card.ts'
import type { Check } from '../finding.ts'

const require = createRequire(import.meta.url)

/** An NVIDIA card, and whether what uses it is installed. Nothing is said of machines without one. */
export const checkGraphicsCard: Check = async ({ searchPath, platform }) => {
  const card = await readGraphicsCard(searchPath)
  if (card === null) return []
  const name = 'GPU'
  const found = `an NVIDIA card with ${(card.freeMb / 1_024).toFixed(1)} GB free`
  if (platform !== 'linux' || hasCuda()) return [{ name, result: 'ok', found }]
  return [
    {
      name,
      result: 'warn',
      found: `${found}, which is not used`,
      advice:
        "Run node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install in Hearth's folder",
    },
  ]
}

/** The part of onnxruntime for CUDA is no part of the package. */
function hasCuda(): boolean {
  const folder = dirname(require.resolve('onnxruntime-node/package.json'))
  const library = join('bin', 'napi-v6', process.platform, process.arch, 'libonnxruntime_providers_cuda.so')
  return existsSync(join(folder, library))
}
