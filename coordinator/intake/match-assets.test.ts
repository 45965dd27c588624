import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Candidate, type GroupMembers, matchAssets } from './match-assets.ts'

const keys = ['a', 'b', 'c', 'd', 'e']
const ids = [1, 2, 3, 4, 5, 6]

const picture = (assetId: number | null) => ({ assetId, isSidecar: false })
const sidecar = (assetId: number | null) => ({ assetId, isSidecar: true })
const here = (id: number, keyHere: string | null): Candidate => ({ id, keyHere, livesElsewhere: false })

const anyMember = fc.record({
  assetId: fc.option(fc.constantFrom(...ids, 99)),
  isSidecar: fc.boolean(),
})
const anyGroups: fc.Arbitrary<GroupMembers[]> = fc.uniqueArray(
  fc.record({ key: fc.constantFrom(...keys), members: fc.array(anyMember, { minLength: 1, maxLength: 4 }) }),
  { selector: (group) => group.key, maxLength: keys.length },
)
/** As in a folder: ids and names are each there once. */
const anyCandidates: fc.Arbitrary<Candidate[]> = fc
  .uniqueArray(
    fc.record({
      id: fc.constantFrom(...ids),
      keyHere: fc.option(fc.constantFrom(...keys)),
      livesElsewhere: fc.boolean(),
    }),
    { selector: (candidate) => candidate.id },
  )
  .map((candidates) =>
    candidates.map((candidate, i) =>
      candidates.slice(0, i).some((other) => other.keyHere === candidate.keyHere)
        ? { ...candidate, keyHere: null }
        : candidate,
    ),
  )

test('no asset is given twice, and only candidates that do not live elsewhere', () => {
  fc.assert(
    fc.property(anyGroups, anyCandidates, (groups, candidates) => {
      const matched = matchAssets(groups, candidates)
      expect(matched).toHaveLength(groups.length)
      const given = matched.filter((id) => id !== null)
      expect(new Set(given).size).toBe(given.length)
      for (const id of given) expect(candidates.find((each) => each.id === id)?.livesElsewhere).toBe(false)
    }),
    { numRuns: 2_000 },
  )
})

/** The group that has an asset's name still, and a picture of it. */
const keeperOf = (groups: GroupMembers[], { id, keyHere }: Candidate) =>
  groups.findIndex(
    ({ key, members }) =>
      key === keyHere && members.some((member) => !member.isSidecar && member.assetId === id),
  )

test('a group that keeps its name and a picture of its asset loses it only for another that it chose', () => {
  fc.assert(
    fc.property(anyGroups, anyCandidates, (groups, candidates) => {
      for (const order of [groups, groups.toReversed()]) {
        const matched = matchAssets(order, candidates)
        for (const candidate of candidates) {
          const keeper = keeperOf(order, candidate)
          if (keeper < 0 || candidate.livesElsewhere || !matched.includes(candidate.id)) continue
          if (matched[keeper] !== candidate.id) expect(matched[keeper]).not.toBeNull()
        }
      }
    }),
    { numRuns: 2_000 },
  )
})

test('a group that keeps its name, and whose pictures are of its own asset or new, keeps its asset', () => {
  fc.assert(
    fc.property(anyGroups, anyCandidates, (groups, candidates) => {
      for (const order of [groups, groups.toReversed()]) {
        const matched = matchAssets(order, candidates)
        for (const candidate of candidates.filter((each) => !each.livesElsewhere)) {
          const keeper = keeperOf(order, candidate)
          const pictures = order[keeper]?.members.filter((member) => !member.isSidecar) ?? []
          if (keeper < 0 || pictures.some(({ assetId }) => assetId !== null && assetId !== candidate.id))
            continue
          expect(matched[keeper]).toBe(candidate.id)
        }
      }
    }),
    { numRuns: 2_000 },
  )
})

test('an asset is new only when neither a file nor the name speaks for one that is free', () => {
  fc.assert(
    fc.property(anyGroups, anyCandidates, (groups, candidates) => {
      const matched = matchAssets(groups, candidates)
      matched.forEach((given, index) => {
        if (given !== null) return
        const { key, members } = groups[index]!
        const hasPicture = members.some((member) => !member.isSidecar)
        const speaking = members.filter((member) => !(hasPicture && member.isSidecar))
        const free = candidates.filter((each) => !each.livesElsewhere && !matched.includes(each.id))
        for (const { id, keyHere } of free) {
          expect(speaking.map((member) => member.assetId)).not.toContain(id)
          expect(keyHere).not.toBe(key)
        }
      })
    }),
    { numRuns: 2_000 },
  )
})

test.each<[string, GroupMembers[], Candidate[], (number | null)[]]>([
  ['a renamed picture takes its asset along', [{ key: 'new', members: [picture(1)] }], [here(1, 'old')], [1]],
  ['a new picture is a new asset', [{ key: 'new', members: [picture(null)] }], [here(1, 'old')], [null]],
  [
    'another content under the same name is the same asset',
    [{ key: 'a', members: [picture(null)] }],
    [here(1, 'a')],
    [1],
  ],
  [
    'a sibling that was renamed to it does not take its asset, however many files it brings',
    [
      { key: 'b', members: [picture(2), picture(1), picture(1)] },
      { key: 'a', members: [picture(1)] },
    ],
    [here(1, 'a'), here(2, 'b')],
    [2, 1],
  ],
  [
    'most pictures win, then the oldest asset',
    [
      { key: 'x', members: [picture(3), picture(2), picture(3)] },
      { key: 'y', members: [picture(5), picture(4)] },
    ],
    [2, 3, 4, 5].map((id) => here(id, null)),
    [3, 4],
  ],
  [
    'sidecars decide only where there is nothing else',
    [
      { key: 'x', members: [sidecar(2), sidecar(2), picture(1)] },
      { key: 'y', members: [sidecar(3)] },
    ],
    [1, 2, 3].map((id) => here(id, null)),
    [1, 3],
  ],
  [
    'a picture that follows a moved sibling brings the older asset with all that is known of it',
    [{ key: 'a', members: [picture(2), picture(1)] }],
    [here(1, null), here(2, 'a')],
    [1],
  ],
  [
    'an asset whose files are in another folder stays there',
    [{ key: 'a', members: [picture(1)] }],
    [{ id: 1, keyHere: null, livesElsewhere: true }],
    [null],
  ],
  [
    'two pictures that have exchanged their names have exchanged their assets’ names',
    [
      { key: 'a', members: [picture(2)] },
      { key: 'b', members: [picture(1)] },
    ],
    [here(1, 'a'), here(2, 'b')],
    [2, 1],
  ],
])('%s', (_title, groups, candidates, expected) => {
  expect(matchAssets(groups, candidates)).toEqual(expected)
})
