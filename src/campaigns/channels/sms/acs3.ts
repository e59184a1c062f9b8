import { createHash, createHmac } from 'node:crypto'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** RFC 3986, as Alibaba Cloud wants it. */
const percent = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)

/** Parameters in a query or a form, sorted by name. */
export const canonicalQuery = (parameters: Readonly<Record<string, string>>): string =>
  Object.keys(parameters)
    .sort()
    .map((name) => `${percent(name)}=${percent(parameters[name] ?? '')}`)
    .join('&')

/**
 * The header Authorization of Alibaba Cloud's third signature (ACS3-HMAC-SHA256). `host` and every header named `x-acs-…` or
 * `content-type` is signed.
 * @param headers with names in small letters, `x-acs-content-sha256` among them
 * @param query as `canonicalQuery` gives it
 * Source: https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature; its worked example is in signatures.test.ts
 */
export const acs3Authorization = ({
  method,
  path = '/',
  query,
  headers,
  accessKeyId,
  accessKeySecret,
}: {
  method: string
  path?: string
  query: string
  headers: Readonly<Record<string, string>>
  accessKeyId: string
  accessKeySecret: string
}): string => {
  const names = Object.keys(headers)
    .filter((name) => name === 'host' || name === 'content-type' || name.startsWith('x-acs-'))
    .sort()
  const canonical = names.map((name) => `${name}:${(headers[name] ?? '').trim()}\n`).join('')
  const signed = names.join(';')
  const request = [method, path, query, canonical, signed, headers['x-acs-content-sha256'] ?? ''].join('\n')
  const signature = createHmac('sha256', accessKeySecret)
    .update(`ACS3-HMAC-SHA256\n${sha256(request)}`)
    .digest('hex')
  return `ACS3-HMAC-SHA256 Credential=${accessKeyId},SignedHeaders=${signed},Signature=${signature}`
}

export { sha256 as acs3Digest }
