import type { TaskView } from '../../protocol/detections.ts'
import { formatRate } from '../ui/format-amount.ts'
import { providerName } from '../ui/provider-names.ts'

/** `YOLOX-Nano on the processor, 4 at a time, 12 per second · CLIP ViT-B/32 (missing)`; null where a machine has none of those in use. */
export function describeModels(tasks: readonly TaskView[], machine: string): string | null {
  const parts = tasks.flatMap(({ inUse, models }) => {
    const model = models.find(({ key }) => key === inUse)
    const here = model?.machines.find(({ agent }) => agent === machine)
    if (!model || !here) return []
    if (here.state !== 'ready') return [`${model.name} (${here.state})`]
    const { provider, batch, picturesPerSecond } = here
    const how = [
      ...(provider === null ? [] : [`on ${providerName(provider)}`]),
      ...(batch !== null && batch > 1 ? [`${batch} at a time`] : []),
      ...(picturesPerSecond ? [formatRate(picturesPerSecond)] : []),
    ].join(', ')
    return [how === '' ? model.name : `${model.name} ${how}`]
  })
  return parts.length === 0 ? null : parts.join(' · ')
}
