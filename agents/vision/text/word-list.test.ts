import { expect, test } from 'vitest'
import { WordList } from './word-list.ts'

const words = new WordList([
  'background',
  'tabby, tabby cat',
  'tiger cat',
  'crane',
  'hotdog, hot dog, red hot',
  'mouse, computer mouse',
  'crane',
  'white wolf, Arctic wolf, Canis lupus tundrarum',
  'daisy',
  'great grey owl, great gray owl, Strix nebulosa',
  "jack-o'-lantern",
])

test.each([
  ['tabby', [[1]]],
  ['TABBY CAT', [[1]]],
  ['Hot Dog', [[4]]],
  ['strix nebulosa', [[9]]],
  ['jack-o’-lantern', [[10]]],
])('%s is found by a name, however it is written', (text, things) => {
  expect(words.match(text)).toEqual({ things, suggestions: [] })
})

test.each([
  ['daisies', [[8]]],
  ['hot dogs', [[4]]],
  ['mice, cranes', [[3, 6]]],
])('%s is found in the plural where it is regular', (text, things) => {
  expect(words.match(text).things).toEqual(things)
})

test('one name of two classes is both', () => {
  expect(words.match('crane').things).toEqual([[3, 6]])
})

test('the last word of names is what they are kinds of', () => {
  expect(words.match('cat').things).toEqual([[1, 2]])
  expect(words.match('wolf').things).toEqual([[7]])
})

test('what is also written as one word is no kind of its last part', () => {
  expect(words.match('dog').things).toEqual([])
  expect(words.match('dog').suggestions).toEqual(['hot dog'])
})

test('a sentence is the things that are named in it', () => {
  expect(words.match('a photo of a tiger cat with the hot dog and my daisy')).toEqual({
    things: [[2], [4], [8]],
    suggestions: [],
  })
})

test('a misspelt word is suggested and never guessed', () => {
  expect(words.match('house')).toEqual({ things: [], suggestions: ['mouse', 'computer mouse'] })
  expect(words.match('taby').suggestions[0]).toBe('tabby')
})

test('what is known is searched for, and for the rest there are suggestions', () => {
  const { things, suggestions } = words.match('white tabby')
  expect(things).toEqual([[1]])
  expect(suggestions).toContain('white wolf')
})

test('the class that stands for nothing cannot be searched for', () => {
  expect(words.match('background')).toEqual({ things: [], suggestions: [] })
})

test.each(['', '   ', '!?', '🐶'.repeat(512), 'x'.repeat(512), 'of the'])('nothing comes of %j', (text) => {
  expect(words.match(text)).toEqual({ things: [], suggestions: [] })
})
