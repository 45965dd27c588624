import { useQueryClient } from '@tanstack/react-query'
import type { AssetDetail } from '../../protocol/assets.ts'
import type { Region } from '../../protocol/curation.ts'
import { assetQuery } from '../api/queries.ts'
import { useServices } from '../api/services.ts'
import type { DraftRegion, ShownRegion } from './draft-region.ts'

const none: ShownRegion[] = []

/** People and things of a picture, and what a person may do with them. Each is an edit of the whole list. */
export function useRegions(asset: AssetDetail) {
  const { curator } = useServices()
  const queryClient = useQueryClient()
  const { values, revision } = asset.curation
  const regions = values.regions ?? none
  const { queryKey } = assetQuery(asset.id)

  const save = async (what: string, next: ShownRegion[]): Promise<boolean> => {
    const edit = { regions: next.length > 0 ? (next as Region[]) : null }
    // While something of ours is on its way, the revision that we know is no longer the newest.
    if (!(await curator.edit(what, [asset], edit, curator.isSaving ? undefined : revision))) return false
    queryClient.setQueryData<AssetDetail>(
      queryKey,
      (detail) =>
        detail && {
          ...detail,
          curation: { ...detail.curation, values: { ...detail.curation.values, regions: edit.regions } },
        },
    )
    return true
  }

  return {
    regions,
    /** Returns whether the server took it. */
    put: ({ at, kind, name, box }: DraftRegion) => {
      const region = { kind, name, box }
      return save(`the name ${name}`, at === null ? [...regions, region] : regions.with(at, region))
    },
    remove: (at: number) => save(`taking ${regions[at]?.name} away`, regions.toSpliced(at, 1)),
    knownNames: namesIn(
      queryClient.getQueriesData<AssetDetail>({ queryKey: queryKey.slice(0, 1) }).map(([, detail]) => detail),
    ),
  }
}

/** Names in the pictures seen lately, most frequent first: what somebody may want to type again. */
function namesIn(details: readonly (AssetDetail | undefined)[]): string[] {
  const counts = new Map<string, number>()
  for (const detail of details)
    for (const { name } of detail?.curation?.values.regions ?? [])
      counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1]).map(([name]) => name)
}
