import { expect, test, vi } from 'vitest'
import type { EditAnswer } from '../../protocol/edits.ts'
import { AppError } from '../../protocol/errors.ts'
import { tileFixture } from '../dev/tile-fixture.ts'
import { Curator, type CuratorLinks } from './curator.ts'

const yes = (editId: number): EditAnswer => ({ editId, assets: 1, kept: [] })
/** A server whose answers come when the test says so. */
function farSide() {
  const waiting: { answer: (answer: EditAnswer) => void; refuse: (error: Error) => void }[] = []
  const ask = () =>
    new Promise<EditAnswer>((answer, refuse) => {
      waiting.push({ answer, refuse })
    })
  const links = {
    send: vi.fn<CuratorLinks['send']>(ask),
    undo: vi.fn<CuratorLinks['undo']>(ask),
    onTrue: vi.fn<CuratorLinks['onTrue']>(),
    onRefused: vi.fn<CuratorLinks['onRefused']>(),
    onKept: vi.fn<CuratorLinks['onKept']>(),
  }
  const next = async () => {
    await expect.poll(() => waiting.length).toBeGreaterThan(0)
    return waiting.shift()!
  }
  return { links, next }
}
const tile = tileFixture({ id: 7, rating: 2 })

test('an edit is shown before it is answered', () => {
  const curator = new Curator(farSide().links)
  void curator.edit('4 stars', [tile], { rating: 4 })
  expect(curator.shown(tile).rating).toBe(4)
  expect(curator.shown(tileFixture({ id: 8, rating: 2 })).rating).toBe(2)
})

test('edits are sent one after the other, and the last one is what is shown', async () => {
  const { links, next } = farSide()
  const curator = new Curator(links)
  const first = curator.edit('4 stars', [tile], { rating: 4 })
  const second = curator.edit('5 stars', [tile], { rating: 5 })
  const sent = await next()
  expect(links.send).toHaveBeenCalledTimes(1)
  sent.answer(yes(1))
  await first
  expect(curator.shown(tile).rating).toBe(5)
  ;(await next()).answer(yes(2))
  await second
  expect(links.onTrue.mock.calls.map(([marks]) => marks.get(7))).toEqual([{ rating: 4 }, { rating: 5 }])
  expect(curator.isSaving).toBe(false)
})

test('a refused edit is no longer shown, is told, and is nothing to take back', async () => {
  const { links, next } = farSide()
  const curator = new Curator(links)
  const edit = curator.edit('4 stars', [tile], { rating: 4 })
  const error = new AppError('conflict', 'Somebody was faster')
  ;(await next()).refuse(error)
  expect(await edit).toBe(false)
  expect(curator.shown(tile)).toEqual(tile)
  expect(links.onRefused).toHaveBeenCalledWith('4 stars', [7], error)
  expect(links.onTrue).not.toHaveBeenCalled()
  expect(curator.nextUndo).toBeUndefined()
})

test('what was made after a refused edit is sent all the same', async () => {
  const { links, next } = farSide()
  const curator = new Curator(links)
  void curator.edit('4 stars', [tile], { rating: 4 })
  const second = curator.edit('favourite', [tile], { favourite: true })
  ;(await next()).refuse(new AppError('conflict', 'no'))
  ;(await next()).answer(yes(2))
  expect(await second).toBe(true)
})

test('undo shows what was before, and redo what was undone', async () => {
  const { links, next } = farSide()
  const curator = new Curator(links)
  const edit = curator.edit('4 stars', [tile], { rating: 4 })
  ;(await next()).answer(yes(11))
  await edit
  const now = { ...tile, rating: 4 }
  const undo = curator.undo()
  expect(curator.shown(now).rating).toBe(2)
  ;(await next()).answer(yes(12))
  await undo
  expect(links.undo).toHaveBeenLastCalledWith(11)
  const redo = curator.redo()
  expect(curator.shown(tile).rating).toBe(4)
  ;(await next()).answer(yes(13))
  await redo
  expect(links.undo).toHaveBeenLastCalledWith(12)
  expect(curator.nextUndo).toBe('4 stars')
})

test('what is on its way can be taken back before it has arrived', async () => {
  const { links, next } = farSide()
  const curator = new Curator(links)
  void curator.edit('4 stars', [tile], { rating: 4 })
  const undo = curator.undo()
  expect(curator.shown(tile).rating).toBe(2)
  expect(links.undo).not.toHaveBeenCalled()
  ;(await next()).answer(yes(21))
  ;(await next()).answer(yes(22))
  await undo
  expect(links.undo).toHaveBeenCalledWith(21)
})

test('an edit that was refused needs no undo', async () => {
  const { links, next } = farSide()
  const curator = new Curator(links)
  void curator.edit('4 stars', [tile], { rating: 4 })
  const undo = curator.undo()
  ;(await next()).refuse(new AppError('conflict', 'no'))
  await undo
  expect(links.undo).not.toHaveBeenCalled()
  expect([curator.nextUndo, curator.nextRedo]).toEqual([undefined, undefined])
})

test('a new edit ends what could be done again', async () => {
  const { links, next } = farSide()
  const curator = new Curator(links)
  for (const act of [
    () => curator.edit('4 stars', [tile], { rating: 4 }),
    () => curator.undo(),
    () => curator.edit('1 star', [tile], { rating: 1 }),
  ]) {
    const done = act()
    ;(await next()).answer(yes(1))
    await done
  }
  expect(curator.nextRedo).toBeUndefined()
})

test('fields that an undo had to leave alone are told', async () => {
  const { links, next } = farSide()
  const curator = new Curator(links)
  const edit = curator.edit('4 stars', [tile], { rating: 4 })
  ;(await next()).answer(yes(1))
  await edit
  const undo = curator.undo()
  const answer: EditAnswer = { editId: null, assets: 0, kept: [{ assetId: 7, field: 'rating' }] }
  ;(await next()).answer(answer)
  await undo
  expect(links.onKept).toHaveBeenCalledWith('4 stars', answer)
})

test('what changed nothing is nothing to take back', async () => {
  const { links, next } = farSide()
  const curator = new Curator(links)
  const edit = curator.edit('2 stars', [tile], { rating: 2 })
  ;(await next()).answer({ editId: null, assets: 0, kept: [] })
  await edit
  expect(curator.nextUndo).toBeUndefined()
})
