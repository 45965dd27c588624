import type { ProviderReport } from '../../protocol/models.ts'
import { asSentence } from '../ui/as-sentence.ts'
import { providerName } from '../ui/provider-names.ts'

export type ProvidersInWords = {
  /** `Runs models on CUDA, 2 sessions`, or that nothing can. */
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
      ? `Runs models on ${providerName(used.provider)}${sharesOf(used)}`
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

/** `, 2 sessions with 3 threads each`; nothing for one with one, and for agents that do not say. */
function sharesOf({ sessions = 1, threads = 1 }: ProviderReport): string {
  const parts = [
    sessions > 1 ? `${sessions} sessions` : null,
    threads > 1 ? `${threads} threads${sessions > 1 ? ' each' : ''}` : null,
  ].filter((part) => part !== null)
  return parts.length === 0 ? '' : `, ${parts.join(' with ')}`
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
