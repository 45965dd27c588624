import { expect, test } from 'vitest'
import { parseXml } from './parse-xml.ts'

test.each([
  ['nothing', ''],
  ['text alone', 'text'],
  ['an open element', '<a>'],
  ['crossed elements', '<a><b></a></b>'],
  ['two documents', '<a/><a/>'],
  ['an attribute twice', '<a x="1" x="2"/>'],
  ['an attribute without quotes', '<a x=1/>'],
  ['a bracket in an attribute', '<a x="<"/>'],
  ['an unknown prefix', '<p:a/>'],
  ['an unknown entity', '<a>&nbsp;</a>'],
  ['a bare ampersand', '<a>a & b</a>'],
  ['a character that is none', '<a>&#0;</a>'],
  ['half a character', '<a>&#xD800;</a>'],
  ['a control character', '<a>\u0001</a>'],
  ['a document type', '<!DOCTYPE a><a/>'],
  ['a document type with entities', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
  ['dashes in a comment', '<a><!-- -- --></a>'],
  ['a comment without an end', '<a><!-- </a>'],
  ['character data without a start', '<a>]]></a>'],
  ['elements too deep', '<a>'.repeat(1_000) + '</a>'.repeat(1_000)],
])('%s is malformed', (_, text) => {
  expect(() => parseXml(text)).toThrow(/at character/)
})

test('names are known by their namespace, whatever the prefix; texts are decoded once', () => {
  const parsed = parseXml(
    '<?xml version="1.0"?><!-- c --><p:a xmlns:p="urn:x" xmlns="urn:y" p:k="&lt;&#x41;&amp;amp;" k="2"><b>1<![CDATA[<&]]>\r\n2</b></p:a>\n',
  )
  expect(parsed).toEqual({
    namespace: 'urn:x',
    name: 'a',
    attributes: [
      { namespace: 'urn:x', name: 'k', value: '<A&amp;' },
      { namespace: '', name: 'k', value: '2' },
    ],
    children: [{ namespace: 'urn:y', name: 'b', attributes: [], children: ['1', '<&', '\n2'] }],
  })
})

test('what is huge is read or refused without a pattern running away', () => {
  const wide = Array.from({ length: 20_000 }, (_, index) => `k${index}="v"`).join(' ')
  expect(parseXml(`<a ${wide}/>`).attributes).toHaveLength(20_000)
  expect(parseXml(`<a><!--${'x'.repeat(8_000_000)}--></a>`).children).toEqual([])
  expect(() => parseXml(`<a ${'k="v" '.repeat(50_000)}`)).toThrow(/Broken markup/)
  expect(() => parseXml(`<a ${' '.repeat(100_000)}`)).toThrow(/Broken markup/)
})
