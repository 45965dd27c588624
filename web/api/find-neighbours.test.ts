import { expect, test } from 'vitest'
import { tileFixture } from '../dev/tile-fixture.ts'
import { findNeighbours } from './find-neighbours.ts'

const months: Record<string, number[]> = { '2024-05': [9, 8], '2024-04': [7], '2024-03': [6, 5] }
const buckets = Object.keys(months)

async function around(bucket: string, assetId: number) {
  const asked: string[] = []
  const tilesOf = async (of: string) => {
    asked.push(of)
    return (months[of] ?? []).map((id) => tileFixture({ id }))
  }
  const { newer, older } = await findNeighbours(buckets, tilesOf, bucket, assetId)
  return { newer: newer?.id, older: older?.id, asked }
}

test('inside a month no other month is asked for', async () => {
  expect(await around('2024-05', 9)).toEqual({ newer: undefined, older: 8, asked: ['2024-05'] })
})

test('neighbours lie across the border of a month', async () => {
  expect(await around('2024-05', 8)).toMatchObject({ newer: 9, older: 7 })
  expect(await around('2024-04', 7)).toMatchObject({ newer: 8, older: 6 })
})

test('the oldest picture has nothing after it', async () => {
  expect(await around('2024-03', 5)).toMatchObject({ newer: 6, older: undefined })
})

test('a picture that is not in its month has no neighbours', async () => {
  expect(await around('2024-04', 1_234)).toMatchObject({ newer: undefined, older: undefined })
})
