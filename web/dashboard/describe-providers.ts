import type { ProviderReport } from '../../protocol/models.ts'
import { asSentence } from '../ui/as-sentence.ts'
import { providerName } from '../ui/provider-names.ts'

export type ProvidersInWords = {
  /** `Runs models on CUDA`, or that nothing can. */
  line: string
  works: boolean
  /** Those that were wished for first, with what stands in their way. */
  others: { name: string; reason: string }[]
}

/** Null for a machine that has run none yet. */
export function describeProviders(providers: readonly ProviderReport[]): ProvidersInWords | null {
  if (providers.length === 0) return null
  const used = providers.find(({ works }) => works)
  return {
    line: used
      ? `Runs models on ${providerName(used.provider)}`
      : 'Cannot run models: nothing here computes right',
    works: used !== undefined,
    others: providers
      .filter(({ works }) => !works)
      .map(({ provider, reason }) => ({
        name: capitalised(providerName(provider)),
        reason: asSentence(capitalised(reason ?? 'does not work')),
      })),
  }
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
