import type { CreativeContent } from './content-contract.ts'
import type { Place } from './liquid.ts'

/** One text of a creative that is a template. */
export interface TextField {
  /** `text`, `body.blocks.2.label`: dots between, numbers for places in lists. */
  path: string
  source: string
  place: Place
  /** An address or a value for a machine: no words for a reader. */
  silent: boolean
}

/** Names whose texts are taken as they stand, in whichever content. */
const plainNames = new Set([
  'channel',
  'kind',
  'slot',
  'shape',
  'type',
  'code',
  'id',
  'appId',
  'templateId',
  'key',
  'name',
  'align',
  'size',
  'colour',
  'thumb',
])
const silentNames = new Set(['url', 'link', 'path', 'page', 'picture'])

const walk = (value: unknown, path: string, name: string): TextField[] => {
  if (typeof value === 'string')
    return plainNames.has(name) || value === ''
      ? []
      : [{ path, source: value, place: 'plain', silent: silentNames.has(name) }]
  if (Array.isArray(value)) return value.flatMap((one, i) => walk(one, `${path}.${i}`, name))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, below]) => walk(below, path === '' ? key : `${path}.${key}`, key))
}

/** Every template in a creative, in the order in which it is read. */
export const textFields = (content: CreativeContent): TextField[] =>
  walk(content, '', '').map((field) => {
    if (field.path === 'body' && content.channel === 'webhook') return { ...field, place: 'json', silent: true }
    // The layout of a mail is read as its words, without its markup; see `wordsOf`.
    if (field.path === 'body.mjml') return { ...field, place: 'html' }
    // The words registered with a provider repeat the text.
    if (/^(aliyun|tencent)\./.test(field.path)) return { ...field, silent: true }
    return field
  })

/** The same value with each text of a path replaced. */
export const withTexts = <Content>(content: Content, texts: ReadonlyMap<string, string>): Content => {
  const put = (value: unknown, path: string): unknown => {
    if (typeof value === 'string') return texts.get(path) ?? value
    if (Array.isArray(value)) return value.map((one, i) => put(one, `${path}.${i}`))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, below]) => [key, put(below, path === '' ? key : `${path}.${key}`)]),
    )
  }
  return put(content, '') as Content
}
