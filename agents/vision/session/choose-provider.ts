import type { ExecutionProvider } from '../../../config/agent-config.ts'

/** Where a provider can be at all. */
const platforms: Partial<Record<ExecutionProvider, readonly NodeJS.Platform[]>> = {
  tensorrt: ['linux', 'win32'],
  cuda: ['linux', 'win32'],
  dml: ['win32'],
  coreml: ['darwin'],
}

export type ProviderChoice = { provider: ExecutionProvider; reason: string | null }

/**
 * Which execution providers are worth a self-test, in the order of the configuration, and why the others are not. Each
 * is tried alone: `['cuda', 'cpu']` together throws where CUDA is missing instead of falling back.
 *
 * @param built names that this build of the runtime knows
 * @param crashed providers whose self-test ended the process before
 * @returns `reason` null: to be tried
 */
export function providerChoices(
  wanted: readonly ExecutionProvider[],
  platform: NodeJS.Platform,
  built: readonly string[],
  crashed: readonly string[],
): ProviderChoice[] {
  return wanted.map((provider) => {
    if (platforms[provider]?.includes(platform) === false) {
      return { provider, reason: `not on ${platform}` }
    }
    if (!built.includes(provider)) return { provider, reason: 'not part of this build of ONNX Runtime' }
    if (crashed.includes(provider)) return { provider, reason: 'its self-test ended the process' }
    return { provider, reason: null }
  })
}
